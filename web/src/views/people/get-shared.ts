// Getting what others offer, one content or everything below a folder, from whoever of them has it.

import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { openDetails } from '../../app/open-details.ts'
import { go } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { contentsBelow, MOST_CONTENTS } from './folder-contents.ts'

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

/** Everything below a folder of a member, under the places it has there. */
export async function getFolder(circle: string, person: string, folder: string): Promise<void> {
  const name = visible(folder.split('/').at(-1) ?? folder)
  await attempt(async () => {
    const { wanted, more } = await contentsBelow(folder, (path, offset) =>
      call('circleFiles', { id: circle, person, path, offset, limit: FOLDER_PAGE }),
    )
    if (wanted.length === 0) {
      toast(t('members.allHere', name))
      return
    }
    const { done, failed } = await call('getShared', { from: `circle:${circle}`, contents: wanted })
    const [first] = failed
    const said =
      first === undefined
        ? t('members.gettingAll', name, done.length)
        : t('members.gettingSome', name, done.length, failed.length, String(first.error.message))
    toast(more ? `${said} ${t('members.gettingMore', MOST_CONTENTS)}` : said, {
      tone: first === undefined ? 'plain' : 'bad',
      act: { name: t('action.look'), do: () => go({ view: 'transfers' }) },
    })
  })
}

/** As many as a page of a call may hold. */
const FOLDER_PAGE = 200
