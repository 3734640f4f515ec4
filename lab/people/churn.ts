// What coming and going costs a circle's log:  node lab/people/churn.ts [MEMBERS] [all|from-join] [REMOVALS]
// Members come one by one, each linked with the founder until they are in and have the keys; then some are put out and some
// leave, each followed by a new epoch. Production circle services in virtual time; cryptography is a stand-in of the same sizes.

import { toHex } from '../../src/base/bytes.ts'
import type { CircleId } from '../../src/community/ids.ts'
import { CircleScene, type Player } from '../../test/doubles/circle-scene.ts'

interface Logged {
  readonly operations: number
  readonly bytes: number
}

const [members = '500', history = 'all', removals = '20'] = process.argv.slice(2)
const scene = new CircleScene()
const founder = scene.player('founder')
const policy = { history: history === 'from-join' ? ('from-join' as const) : ('all' as const) }
const circle = scene.do(() => founder.service.create(policy, scene.now))
scene.pass(1_000)
const wanted = { expiresInSeconds: 1_000_000, uses: 500 }
const { payload } = scene.invite(founder, circle, wanted)

let sentBytes = 0
const joinBytes: number[] = []
const inside: Player[] = []
for (let number = 1; number < Number(members); number++) {
  const player = scene.player(`p${number}`)
  scene.link(founder, player)
  scene.join(player, payload)
  scene.pass(1_000)
  if (scene.facts(player, circle).epoch?.read === undefined) throw new Error(`${number} has no key`)
  inside.push(player)
  if (number !== Number(members) - 1) scene.unlink(founder, player)
  joinBytes.push(take())
}
say('after joins', logged(founder, circle))
console.log(
  `each join sent ${mean(joinBytes.slice(0, 20))} bytes at first, ${mean(joinBytes.slice(-20))} at the end; ${sentBytes} in all`,
)

const last = inside.at(-1) as Player
for (let number = 0; number < Number(removals); number++) {
  const before = logged(founder, circle)
  const player = inside[number] as Player
  scene.do(() => founder.service.remove(circle, player.person, scene.now))
  scene.pass(1_000)
  if (number === 0) {
    const after = logged(founder, circle)
    console.log(
      `a removal: ${after.operations - before.operations} operations, ${after.bytes - before.bytes} bytes`,
    )
  }
  take()
}
say('after removals', logged(founder, circle))
const [a, b] = [founder, last].map(({ service }) => toHex(service.sumOf(circle)))
if (a !== b) throw new Error('the last to come has other operations than the founder')

function take(): number {
  const bytes = scene.sent.reduce((sum, frame) => sum + frame.bytes.length, 0)
  scene.sent.length = 0
  sentBytes += bytes
  return bytes
}

function logged({ store }: Player, of: CircleId): Logged {
  const all = [...store.operations(of)]
  return { operations: all.length, bytes: all.reduce((sum, { length }) => sum + length, 0) }
}

function say(when: string, { operations, bytes }: Logged): void {
  const { members: in_, epoch } = scene.facts(founder, circle)
  console.log(
    `${when}: ${in_.size} members, ${operations} operations, ${bytes} bytes, epoch ${epoch?.generation}`,
  )
}

function mean(numbers: readonly number[]): number {
  return Math.round(numbers.reduce((sum, one) => sum + one, 0) / numbers.length)
}
