/** The check before a run: one answer for every reference, without reading a value. */
import { parseValidationLevel } from '@sotto/sdk/model'
import type { CheckInput, CheckItem, CheckReport, Outcome, ValidationLevel } from '@sotto/sdk/model'
import type { Call } from '../call.ts'
import type { Handlers } from '../door.ts'
import { scopeOf } from '../secrets/lookup.ts'
import { decide } from './reference-decision.ts'
import type { Decision } from './reference-decision.ts'
import { loadUsedStack } from './reference-layers.ts'
import { checkQuestions } from './reference-request.ts'
import type { Question, SecretQuestion } from './reference-request.ts'
import { getServiceAccount } from '../principals/principal-lookup.ts'
import { nearExpiry } from '../secrets/secret-expiry.ts'
import { loadWorld } from './secret-world.ts'
import type { Depth } from './secret-world.ts'

export const checkHandlers: Handlers<'checkReferences'> = { checkReferences }

/** Throws `stack_not_found`, `level_unknown`, and `attribute_invalid` for settings that fit nothing. */
async function checkReferences(asker: Call, input: CheckInput): Promise<CheckReport> {
  const level: ValidationLevel = parseValidationLevel(input.level ?? 'SECRET_AND_KEY_EXISTS', 'the request')
  const call = input.as === undefined ? asker : await callAs(asker, input.as)
  const principal = call.principal.name
  const stack = await loadUsedStack(call, input.stack)
  const questions = checkQuestions(stack, input)
  const name = stack?.row.name ?? null
  if (level === 'NONE')
    return {
      level,
      stack: name,
      principal,
      ok: true,
      items: questions.map((question) => itemOf(question, { outcome: 'not checked' })),
    }
  const { items } = await answerQuestions(call, questions, {
    depth: level === 'SECRET_EXISTS' ? 'existence' : 'keys',
    stack: name,
  })
  return { level, stack: name, principal, ok: items.every(({ outcome }) => outcome === 'ok'), items }
}

/** Who manages a service account can act as it, so what it may see is nothing new to him. */
async function callAs(call: Call, text: string): Promise<Call> {
  return call.as(await getServiceAccount(call, text, 'manage'))
}

/** Answers in the order of the questions, with the decision about each secret. */
export async function answerQuestions(
  call: Call,
  questions: readonly Question[],
  { depth, stack }: { depth: Depth; stack: string | null },
): Promise<{ items: readonly CheckItem[]; decisions: ReadonlyMap<SecretQuestion, Decision> }> {
  const world = await loadWorld(
    call,
    questions.filter((question) => question.kind === 'secret'),
    depth,
  )
  const decisions = new Map<SecretQuestion, Decision>()
  const items = questions.map((question) => {
    if (question.kind === 'malformed') return itemOf(question, { outcome: 'malformed', note: question.problem }, stack)
    if (question.kind === 'missing attribute') return itemOf(question, { outcome: 'attribute missing' }, stack)
    const decision = decide(world, question, depth)
    decisions.set(question, decision)
    const expiresAt = decision.found && nearExpiry(decision.found.row, call.nowMs)
    return { ...itemOf(question, decision, stack), ...(expiresAt === undefined ? {} : { expiresAt }) }
  })
  return { items, decisions }
}

function itemOf(
  question: Question,
  { outcome, found, note }: Omit<Decision, 'outcome'> & { readonly outcome: Outcome },
  stack: string | null = null,
): CheckItem {
  const { place, path } = question
  const next = outcome === 'ok' || outcome === 'not checked' ? undefined : nextStep(question, outcome, stack)
  return {
    place,
    path,
    reference: question.kind === 'secret' ? question.reference : '',
    ...(question.kind === 'secret' ? { secret: question.secret } : {}),
    ...(question.kind === 'secret' && question.key !== undefined ? { key: question.key } : {}),
    outcome,
    ...(found === undefined ? {} : { scope: scopeOf(found.row) }),
    ...(note === undefined ? {} : { note }),
    ...(next === undefined ? {} : { next }),
  }
}

/** The command that mends it. Values are asked for or read from files: none is ever typed into a command line. */
function nextStep(question: Question, outcome: Outcome, stack: string | null): string {
  if (question.kind === 'malformed') return 'sotto help references'
  if (question.kind === 'missing attribute')
    return `sotto ${question.type} update ${question.component} --${question.path}=...`
  const { secret, inStack } = question
  if (outcome === 'version missing') return `sotto secret history ${secret}`
  if (outcome === 'not trusted') return `sotto stack adopt ${stack ?? ''}`
  if (outcome === 'expired') return `sotto secret update ${secret} -i --expires 30d`
  if (outcome === 'not readable') return `ask an administrator for the right to read secret ${secret}`
  if (inStack) return `sotto stack register-secrets ${stack ?? ''}`
  return `sotto secret ${outcome === 'secret missing' ? 'create' : 'set'} ${secret} -i`
}
