import { SottoError } from '@sotto/sdk/model'

/** A key of AWS KMS. */
export interface AwsKey {
  readonly arn: string
  readonly region: string
}

const pattern = /^arn:aws[a-z-]{0,20}:kms:([a-z0-9-]{1,40}):\d{12}:key\/[A-Za-z0-9-]{1,64}$/

/**
 * Reads a key's ARN: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN. An alias is none:
 * whoever may lead it to another key would decide whose key wraps ours. Throws `key_malformed`.
 */
export function parseKeyArn(address: string): AwsKey {
  const region = pattern.exec(address)?.[1]
  if (region !== undefined) return { arn: address, region }
  const isAlias = /:alias\//.test(address)
  throw new SottoError(
    'key_malformed',
    `What stands behind aws-kms: is ${isAlias ? 'an alias' : 'not the ARN of a key'}.`,
    {
      hint: 'name the key itself: aws kms describe-key --query KeyMetadata.Arn, as arn:aws:kms:REGION:ACCOUNT:key/ID',
    },
  )
}
