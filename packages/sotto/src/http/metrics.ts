/**
 * What the server did, in the text format of Prometheus 0.0.4. Names of operations, statuses and codes are the only
 * labels: no secret, no principal, no address.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

/** Seconds. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

interface Series {
  /** How many fell into each bucket, without those of smaller ones. */
  readonly counts: number[]
  count: number
  seconds: number
}

export class Metrics {
  readonly #durations = new Map<string, Series>()
  /** `operation status` -> number. */
  readonly #requests = new Map<string, number>()
  #refusedCallers = 0
  underWay = 0
  connections = 0

  /** Counts an answered request. `operation`: `unknown` where none was found. */
  record(operation: string, status: number, seconds: number): void {
    const key = `operation="${operation}",status="${String(status)}"`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
    let series = this.#durations.get(operation)
    if (series === undefined) {
      series = { counts: Array.from({ length: buckets.length }, () => 0), count: 0, seconds: 0 }
      this.#durations.set(operation, series)
    }
    series.count += 1
    series.seconds += seconds
    const bucket = buckets.findIndex((limit) => seconds <= limit)
    if (bucket !== -1) series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
  }

  recordRefusedCaller(): void {
    this.#refusedCallers += 1
  }

  text(): string {
    const { rss, heapUsed } = process.memoryUsage()
    const { user, system } = process.cpuUsage()
    return [
      ...family('sotto_http_requests_total', 'counter', 'Answered requests.', this.#counts()),
      ...family('sotto_http_request_duration_seconds', 'histogram', 'Time to an answer.', this.#histograms()),
      ...family('sotto_http_requests_under_way', 'gauge', 'Requests without an answer.', [['', this.underWay]]),
      ...family('sotto_http_connections', 'gauge', 'Open connections.', [['', this.connections]]),
      ...family('sotto_http_callers_refused_total', 'counter', 'Callers not signed in.', [['', this.#refusedCallers]]),
      ...family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [['', rss]]),
      ...family('nodejs_heap_size_used_bytes', 'gauge', 'Used heap.', [['', heapUsed]]),
      ...family('process_cpu_seconds_total', 'counter', 'Time on a processor.', [['', (user + system) / 1e6]]),
      ...family('process_uptime_seconds', 'gauge', 'Time since the start.', [['', process.uptime()]]),
      '',
    ].join('\n')
  }

  *#counts(): Generator<Sample> {
    for (const [labels, count] of this.#requests) yield [`{${labels}}`, count]
  }

  *#histograms(): Generator<Sample> {
    for (const [operation, { counts, count, seconds }] of this.#durations) {
      let below = 0
      for (const [index, limit] of buckets.entries()) {
        below += counts[index] ?? 0
        yield [`_bucket{operation="${operation}",le="${String(limit)}"}`, below]
      }
      yield [`_bucket{operation="${operation}",le="+Inf"}`, count]
      yield [`_sum{operation="${operation}"}`, seconds]
      yield [`_count{operation="${operation}"}`, count]
    }
  }
}

/** What follows the name of the family, and the number. */
type Sample = readonly [suffix: string, value: number]

function family(name: string, type: string, help: string, samples: Iterable<Sample>): string[] {
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
  for (const [suffix, value] of samples) lines.push(`${name}${suffix} ${String(value)}`)
  return lines
}
