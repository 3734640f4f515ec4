// How a tracker fares, in words: its status, and why it failed. A tracker's own words are hostile text and stay apart (`said`).

const STATUS: Readonly<Record<string, string>> = {
  idle: 'not asked yet',
  announcing: 'being asked',
  working: 'works',
  failing: 'fails',
  spare: 'kept in reserve: another one works',
  'given up': 'not asked any more',
}

const WHY: Readonly<Record<string, string>> = {
  REFUSED: 'nothing listens there',
  TIMEOUT: 'it does not answer',
  NAME_NOT_FOUND: 'its name is not known',
  ADDRESS_REFUSED: 'it leads to an address where no tracker of a link may lead',
  TOO_LARGE: 'its answer is far too large',
  TLS: 'its certificate is not trusted',
  REDIRECTS: 'it leads from one place to the next',
  BAD_RESPONSE: 'what it answers is no answer of a tracker',
  SAID_NO: 'it refused',
  STATUS: 'it answers with an error',
  OTHER: 'the connection failed',
}

export function explainTracker({
  status,
  failure,
}: {
  readonly status: string
  readonly failure: { readonly code: string } | null
}): string {
  const word = (Object.hasOwn(STATUS, status) ? STATUS[status] : undefined) ?? status
  if (failure === null || status === 'working') return word
  return `${word}: ${(Object.hasOwn(WHY, failure.code) ? WHY[failure.code] : undefined) ?? failure.code.toLowerCase()}`
}
