// Devices nearby: what they are called, and the one gesture by which something is sent to one.

import type { NearbyDevice } from '../../../../src/api/schemas/people.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'

/** One whose person has given no name yet is called by its own. */
export function nearName({ name, deviceName }: Pick<NearbyDevice, 'name' | 'deviceName'>): string {
  return name === '' ? deviceName : name
}

export function sendTo(device: NearbyDevice): void {
  const name = visible(nearName(device))
  void openDialog('send', { target: { kind: 'to', to: `device:${device.device}`, name } })
}
