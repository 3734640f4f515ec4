// What `shoal share` looks at before anything is visible, through the running Shoal or by itself: the same look, the same questions.
// Promise: nothing is shared before everything that is to be shared was looked at and answered; looks that are not used end.

import type { InputOf } from '../api/routes.ts'
import type { Audience } from '../api/schemas/primitives.ts'
import { OwnLook, type OwnWish } from '../daemon/review/own-look.ts'
import type { ToolPorts } from '../daemon/tool-ports.ts'
import type { Shell } from './command.ts'
import type { DaemonLink } from './daemon-link.ts'
import { DaemonLook } from './daemon-look.ts'
import { type Look, type Looked, type LookWishes, lookAndAsk, lookOver } from './look.ts'
import { findingLines, foundLines, lookObject } from './look-text.ts'

export interface ShareLooking extends Pick<Shell, 'input' | 'output'> {
  readonly wishes: LookWishes
  readonly stop: AbortSignal
}

const LOOK_EVERY_MS = 100

/** A look of this command's own, as look.ts asks for it. */
function asLook(own: OwnLook): Look {
  return {
    review: async (after) => {
      // What nobody expected is said as it is.
      if (own.review.state === 'failed') await own.settled
      return own.review.told(after)
    },
    answer: (answers) => own.review.answer(answers),
    pause: async () => {
      await Promise.race([own.settled, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))])
    },
  }
}

/** @returns looks with every finding answered, to be passed. @throws LookError and others; then all of them are closed */
export async function ownLooks(
  wanted: readonly OwnWish[],
  ports: ToolPorts,
  looking: ShareLooking,
): Promise<OwnLook[]> {
  const looks: OwnLook[] = []
  try {
    for (const wish of wanted) {
      const own = await OwnLook.begin(wish, ports, looking.stop)
      looks.push(own)
      sayLooked(await lookAndAsk(asLook(own), looking.wishes, looking, looking.stop), wish.audience, looking)
    }
    return looks
  } catch (error) {
    for (const look of looks) await look.close()
    throw error
  }
}

/** @returns the ids of reviews with every finding answered. @throws LookError and others; then all of them are ended */
export async function daemonLooks(
  wanted: readonly (InputOf<'startReview'> & { readonly audience: Audience })[],
  link: DaemonLink,
  looking: ShareLooking,
): Promise<string[]> {
  const looks: DaemonLook[] = []
  try {
    for (const wish of wanted) {
      const look = await DaemonLook.begin(link, wish, looking.stop)
      looks.push(look)
      sayLooked(await lookAndAsk(look, looking.wishes, looking, looking.stop), wish.audience, looking)
    }
    return looks.map(({ id }) => id)
  } catch (error) {
    for (const look of looks) await look.end()
    throw error
  }
}

/** What would look private, with the ids that flags name; nothing is asked and nothing shared. */
export async function foretellPrivate(wish: OwnWish, ports: ToolPorts, looking: ShareLooking): Promise<void> {
  const own = await OwnLook.begin(wish, ports, looking.stop)
  try {
    const looked = await lookOver(asLook(own), looking.wishes, looking)
    const { output } = looking
    for (const line of [...foundLines(looked.review), ...findingLines(looked)]) output.result(line)
    output.object(lookObject(looked, wish.audience))
  } finally {
    await own.close()
  }
}

/** For a program, where there is something to know. */
function sayLooked(looked: Looked, audience: Audience, { output }: ShareLooking): void {
  if (looked.review.byClass.length > 0) output.object(lookObject(looked, audience))
}
