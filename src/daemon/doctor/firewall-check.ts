// What is known of this computer's own firewall. Pure.

import type { Firewall } from '../../platform/firewall.ts'
import type { Finding } from './finding.ts'

/** @param reached somebody from outside came in: then it lets this program through, whatever it is */
export function checkFirewall(firewall: Firewall, port: number, reached: boolean): Finding {
  const data = { firewall, port }
  if (reached) return { check: 'firewall', state: 'good', code: 'FIREWALL_LETS_IN', data }
  if (firewall === 'none-known')
    return { check: 'firewall', state: 'unknown', code: 'FIREWALL_NONE_KNOWN', data }
  const code = firewall === 'windows' || firewall === 'macos' ? 'FIREWALL_ASKS' : 'FIREWALL_ON'
  return { check: 'firewall', state: 'careful', code, data }
}
