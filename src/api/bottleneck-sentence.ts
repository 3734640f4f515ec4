// Why a transfer is slow, as a sentence with what would help (INTERFACE.md B3). Codes come from the engine's bottleneck.

import { formatRate } from './format-quantity.ts'

export interface BottleneckReport {
  readonly code: string
  readonly sentence: string
}

type Evidence = Readonly<Record<string, number | string>>

const SENTENCES: Readonly<Record<string, (evidence: Evidence) => string>> = {
  NONE: () => 'nothing holds it up',
  PAUSED: () => 'it is paused',
  CHECKING: () => 'what is here already is being checked',
  DISK_TROUBLE: ({ problem }) =>
    problem === 'FILE_DIFFERS'
      ? 'a file of this name exists with other contents; it is not touched'
      : `the disk stopped it (${problem}); it goes on by itself when that is mended`,
  PROXY_DOWN: ({ proxy }) => `the proxy at ${proxy} does not answer; nothing goes around it`,
  PROXY_LOGIN: ({ proxy }) =>
    `the proxy at ${proxy} does not accept the user and password; nothing goes around it`,
  PROXY_NOT_ONE: ({ proxy }) => `what answers at ${proxy} is no such proxy; nothing goes around it`,
  INTERFACE_GONE: ({ interface: name }) => `the interface ${name} is not there; nothing leaves by another`,
  OWN_LIMIT: ({ limit }) => `it is at your own limit of ${formatRate(Number(limit))}; --down raises it`,
  NO_SOURCES: ({ addresses }) =>
    Number(addresses) === 0
      ? 'nobody who has it is known yet; the sharer may be offline'
      : `none of ${count(addresses, 'known address', 'known addresses')} answers; the sharer may be offline`,
  CONNECTING: ({ dialing }) => `connecting to ${count(dialing, 'address', 'addresses')}`,
  ASKING_FOR_LIST: ({ sources }) => `asking ${count(sources, 'source', 'sources')} for the list of files`,
  CHOKED: ({ sources }) => `${all(sources)} serving others first; your turn comes`,
  SEEDS_GONE: () => 'some parts are with nobody who is connected; somebody with all of it must come back',
  NOTHING_NEW: () => 'the sources have nothing new yet; they are getting it themselves',
  DISK: () => 'the disk writes slower than the data arrives',
  HASHING: () => 'the processor verifies slower than the data arrives',
  SOURCES_SILENT: ({ sources }) =>
    `${count(sources, 'source', 'sources')} stopped answering; others would help`,
  SOURCES_CAPPED: ({ sources }) =>
    Number(sources) === 1
      ? 'the one source gives all it can; a second would help'
      : `all ${sources} sources give all they can; another would help`,
}

export function explainBottleneck(bottleneck: {
  readonly code: string
  readonly evidence: Evidence
}): BottleneckReport {
  const say = SENTENCES[bottleneck.code]
  return { code: bottleneck.code, sentence: say === undefined ? bottleneck.code : say(bottleneck.evidence) }
}

function count(value: number | string | undefined, one: string, many: string): string {
  return Number(value) === 1 ? `1 ${one}` : `${value} ${many}`
}

function all(value: number | string | undefined): string {
  return Number(value) === 1 ? 'the one source is' : `all ${value} sources are`
}
