// How one port is mapped with a UPnP router: the calls in their order, and what is tried when it says no. A course
// yields requests and is given the bodies of their answers.

import { canonicalIp } from '../../base/address.ts'
import type { Random } from '../../base/random.ts'
import type { IgdService } from './igd.ts'
import type { Lease } from './lease.ts'
import { MAX_CONFLICTS, type MappingFailure } from './mapping.ts'
import {
  encodeSoap,
  FAULT_ACTION_FAILED,
  FAULT_CONFLICT,
  FAULT_CONFLICT_WITH_OTHER_MEANS,
  FAULT_INVALID_ARGUMENTS,
  FAULT_PERMANENT_LEASES_ONLY,
  FAULT_SAME_PORTS_ONLY,
  type IgdAction,
  parseSoap,
  type SoapAnswer,
  type SoapRequest,
  soapFailure,
} from './soap.ts'

export interface IgdRequest {
  readonly url: string
  /** Undefined for a plain GET. */
  readonly soap: SoapRequest | undefined
}

/** Yields requests, takes the bodies of their answers: undefined when none came. */
export type IgdCourse<Result = void> = Generator<IgdRequest, Result, string | undefined>

export interface PortCourseFacts {
  readonly ownHost: string
  readonly random: Random
  readonly lifetimeS: number
  /** Found out on the way: this router refuses leases that end (725). */
  permanentOnly: boolean
}

export type PortOutcome =
  | {
      readonly kind: 'granted'
      readonly externalPort: number
      readonly externalHost: string
    }
  | { readonly kind: 'refused'; readonly failure: MappingFailure }
  /** No answer, or one that is none. */
  | { readonly kind: 'lost' }

/** Ports tried, and once each: another kind of lease, the router's own choice. */
const MAX_ATTEMPTS = MAX_CONFLICTS + 3
/** What the router shows to its owner beside the port. */
const DESCRIPTION = 'Shoal'

type Values = readonly (readonly [string, string])[]

export function* callIgd(
  service: IgdService,
  action: IgdAction,
  values: Values,
): IgdCourse<SoapAnswer | undefined> {
  const document = yield { url: service.controlUrl, soap: encodeSoap(service.type, action, values) }
  return document === undefined ? undefined : parseSoap(document, action)
}

/** Maps or renews; what the lease asks for may be somebody else's, then another port is had. */
export function* mapPort(lease: Lease, service: IgdService, facts: PortCourseFacts): IgdCourse<PortOutcome> {
  const address = yield* callIgd(service, 'GetExternalIPAddress', [])
  if (address === undefined) return { kind: 'lost' }
  const externalHost = address.ok ? canonicalIp(address.value('NewExternalIPAddress') ?? '') : undefined
  if (externalHost === undefined || externalHost === '0.0.0.0') return refused('NO_LINE')
  let routerChooses = false
  let failure: MappingFailure = 'CONFLICT'
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (!routerChooses && (yield* isTaken(lease, service, facts))) {
      if (lease.conflicts >= MAX_CONFLICTS) break
      lease.elsewhere(facts.random)
      continue
    }
    const answer = yield* add(lease, service, facts, routerChooses)
    if (answer === undefined) return { kind: 'lost' }
    if (answer.ok) {
      const externalPort = routerChooses ? portOf(answer.value('NewReservedPort')) : lease.externalPort
      return externalPort === undefined
        ? refused('BAD_ANSWER')
        : { kind: 'granted', externalPort, externalHost }
    }
    failure = soapFailure(answer.code)
    const change = afterFault(answer.code, lease, service, facts, routerChooses)
    if (change === 'give-up') break
    if (change === 'router-chooses') routerChooses = true
  }
  return refused(failure)
}

/** What to change before the next attempt; the lease and the facts are changed already. */
function afterFault(
  code: number,
  lease: Lease,
  service: IgdService,
  facts: PortCourseFacts,
  routerChose: boolean,
): 'try-again' | 'router-chooses' | 'give-up' {
  switch (code) {
    case FAULT_PERMANENT_LEASES_ONLY:
    // Some routers say no more than these two when they want a lease without end.
    case FAULT_INVALID_ARGUMENTS:
    case FAULT_ACTION_FAILED:
      if (facts.permanentOnly) return 'give-up'
      facts.permanentOnly = true
      return 'try-again'
    case FAULT_CONFLICT:
    case FAULT_CONFLICT_WITH_OTHER_MEANS:
      if (routerChose || lease.conflicts >= MAX_CONFLICTS) return 'give-up'
      if (service.type.endsWith(':2')) return 'router-chooses'
      lease.elsewhere(facts.random)
      return 'try-again'
    case FAULT_SAME_PORTS_ONLY:
      if (lease.externalPort === lease.wish.internalPort) return 'give-up'
      lease.externalPort = lease.wish.internalPort
      return 'try-again'
    default:
      return 'give-up'
  }
}

/** Some routers replace without a word what another computer has: asked first. */
function* isTaken(lease: Lease, service: IgdService, facts: PortCourseFacts): IgdCourse<boolean> {
  const answer = yield* callIgd(service, 'GetSpecificPortMappingEntry', [
    ['NewRemoteHost', ''],
    ['NewExternalPort', String(lease.externalPort)],
    ['NewProtocol', lease.wish.protocol.toUpperCase()],
  ])
  // No such entry, or it does not tell: adding will say.
  if (answer?.ok !== true) return false
  const client = canonicalIp(answer.value('NewInternalClient') ?? '')
  return client !== facts.ownHost || portOf(answer.value('NewInternalPort')) !== lease.wish.internalPort
}

function add(
  lease: Lease,
  service: IgdService,
  facts: PortCourseFacts,
  routerChooses: boolean,
): IgdCourse<SoapAnswer | undefined> {
  return callIgd(service, routerChooses ? 'AddAnyPortMapping' : 'AddPortMapping', [
    ['NewRemoteHost', ''],
    ['NewExternalPort', String(lease.externalPort)],
    ['NewProtocol', lease.wish.protocol.toUpperCase()],
    ['NewInternalPort', String(lease.wish.internalPort)],
    ['NewInternalClient', facts.ownHost],
    ['NewEnabled', '1'],
    ['NewPortMappingDescription', DESCRIPTION],
    ['NewLeaseDuration', String(facts.permanentOnly ? 0 : facts.lifetimeS)],
  ])
}

function refused(failure: MappingFailure): PortOutcome {
  return { kind: 'refused', failure }
}

function portOf(text: string | undefined): number | undefined {
  const port = /^[0-9]{1,5}$/.test(text ?? '') ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}
