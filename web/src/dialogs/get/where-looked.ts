// Where others are looked for who have a thing that names no hosts: by what is on, and by what the way out carries. Pure.

import type { SettingRow } from '../../../../src/api/schemas/machine.ts'
import type { Network } from '../../../../src/api/schemas/status.ts'

export type WhereLooked = 'both' | 'dht' | 'lan' | 'nowhere'

/** @param isPrivate whoever made it wants its trackers asked and nobody else */
export function whereLooked(
  isPrivate: boolean,
  settings: readonly SettingRow[],
  { withheld }: Pick<Network['wayOut'], 'withheld'>,
): WhereLooked {
  const isOn = (key: string, without: string): boolean =>
    !isPrivate && !withheld.includes(without) && settings.find((row) => row.key === key)?.value !== false
  const dht = isOn('network.dht', 'DATAGRAMS')
  const lan = isOn('network.lan', 'LAN')
  if (dht) return lan ? 'both' : 'dht'
  return lan ? 'lan' : 'nowhere'
}
