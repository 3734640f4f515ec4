// Whether others can reach this computer, one way at a time, from everything that could be seen: who came, where others see us,
// what the router promised. Pure.
// Promise: "yes" needs somebody from outside: a stranger who came, or others who see us where the router says we are.

import { isPublicHost } from '../../base/address.ts'
import type { RouterStatus } from '../../engine/discovery/port-map.ts'
import type { Way } from '../../engine/session/reachability.ts'
import type { Finding } from './finding.ts'

export interface WayFacts {
  readonly way: Way
  /** We listen there. */
  readonly listens: boolean
  /** Strangers came in. */
  readonly strangersCame: boolean
  /** The best address of this computer in that family; undefined when it has none. */
  readonly ownHost: string | undefined
  /** Where others outside see us, if enough agree. */
  readonly outsideHost: string | undefined
  readonly router: RouterStatus | undefined
}

type Answer = 'yes' | 'no' | 'unknown'

/** The same word for each, as in the list of the doctor's checks. */
const CHECKS: Readonly<Record<Way, string>> = {
  tcp4: 'tcp-ipv4',
  utp4: 'udp-ipv4',
  tcp6: 'tcp-ipv6',
  utp6: 'udp-ipv6',
}

export function checkWay(facts: WayFacts): Finding {
  const { way, listens, strangersCame, ownHost, outsideHost, router } = facts
  const found = (
    answer: Answer,
    state: Finding['state'],
    code: string,
    more: Finding['data'] = {},
  ): Finding => ({
    check: CHECKS[way],
    state,
    code,
    data: {
      answer,
      ...(ownHost === undefined ? {} : { ownHost }),
      ...(outsideHost === undefined ? {} : { outsideHost }),
      ...more,
    },
  })
  if (!listens) return found('no', 'off', 'REACH_NOT_LISTENING')
  if (strangersCame) return found('yes', 'good', 'REACH_PROVEN')
  const ipv6 = way.endsWith('6')
  if (ownHost === undefined || (ipv6 && !isPublicHost(ownHost)))
    return found('no', ipv6 ? 'careful' : 'bad', 'REACH_NO_ADDRESS', { ipv6 })
  const port = way.startsWith('tcp') ? router?.external.tcp : router?.external.udp
  if (router === undefined || port === undefined || port === 0) {
    const open = isPublicHost(ownHost) && (outsideHost === undefined || outsideHost === ownHost)
    return found('unknown', 'careful', open ? 'REACH_OWN_ADDRESS' : 'REACH_BEHIND_ROUTER', { ipv6 })
  }
  const externalHost = router.externalHost ?? outsideHost
  const promised = { port, ...(externalHost === undefined ? {} : { externalHost }) }
  const elsewhere = outsideHost !== undefined && externalHost !== outsideHost
  if ((externalHost !== undefined && !isPublicHost(externalHost)) || elsewhere)
    return found('no', 'bad', 'REACH_SECOND_ROUTER', promised)
  if (outsideHost === undefined) return found('unknown', 'good', 'REACH_PROMISED', promised)
  return found('yes', 'good', 'REACH_MAPPED', promised)
}
