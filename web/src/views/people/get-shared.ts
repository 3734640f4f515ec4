// Getting a content that others offer, from whoever of them has it.

import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDetails } from '../../app/open-details.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'

/** Of a circle or device that has it; undefined when nobody is known to. */
export function fromOf({ holders }: OthersEntry): string | undefined {
  const holder = holders.find(({ online }) => online) ?? holders[0]
  if (holder === undefined) return undefined
  return holder.circle === null ? `device:${holder.device}` : `circle:${holder.circle}`
}

/** @returns whether it began */
export async function getFrom(from: string, { content, name }: OthersEntry): Promise<boolean> {
  const contents = [{ content, path: name }]
  const outcome = await attempt(() => call('getShared', { from, contents }))
  if (outcome === undefined) return false
  const [id] = outcome.done
  toast(t('members.getting', visible(name)), {
    act: id === undefined ? undefined : { name: t('action.look'), do: () => openDetails(id) },
  })
  return true
}
