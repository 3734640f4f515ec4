// What the router answered when it was asked to let others in. Pure: the facts come from the session.

import type { PortMappingStatus, RouterStatus } from '../../engine/discovery/port-map.ts'
import type { Finding } from './finding.ts'

/** @param status undefined: it was not asked, because the person said so or nothing may be listened for */
export function checkRouter(status: PortMappingStatus | undefined): readonly Finding[] {
  if (status === undefined || status.state === 'off') return [found('router', 'off', 'ROUTER_OFF')]
  if (status.routers.length === 0)
    return [found('router', 'unknown', status.state === 'looking' ? 'ROUTER_LOOKED_FOR' : 'ROUTER_NONE')]
  return status.routers.map(routerFinding)
}

function routerFinding(router: RouterStatus): Finding {
  const { family, state, gatewayHost, method, routerName, externalHost, external, failure } = router
  const check = family === 4 ? 'router' : 'router-ipv6'
  const data = {
    gateway: gatewayHost,
    ...(routerName === undefined || routerName === '' ? {} : { name: routerName }),
    ...(method === undefined ? {} : { method }),
    ...(externalHost === undefined ? {} : { externalHost }),
    ...(external.tcp === 0 ? {} : { tcpPort: external.tcp }),
    ...(external.udp === 0 ? {} : { udpPort: external.udp }),
  }
  if (state === 'mapped') return { check, state: 'good', code: 'ROUTER_MAPS', data }
  if (state === 'none-needed') return { check, state: 'good', code: 'ROUTER_NOT_NEEDED', data }
  if (failure === undefined) return { check, state: 'unknown', code: 'ROUTER_ASKED', data }
  // On IPv6 it is usual that nobody answers: many routers let everything through, or are told by their owner.
  const usual = family === 6 && failure === 'SILENT'
  return { check, state: usual ? 'unknown' : 'careful', code: `ROUTER_${failure}`, data }
}

function found(check: string, state: Finding['state'], code: string): Finding {
  return { check, state, code, data: {} }
}
