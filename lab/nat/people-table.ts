// The whole table of how two people meet behind routers:  node lab/nat/people-table.ts
// Prints what docs/people-network.md holds. Takes some ten minutes.

import { enterNamespace } from '../netns/namespace.ts'
import { physics } from './meeting.ts'
import { NAT_KINDS } from './nat-rules.ts'
import { PeopleLab } from './people-meeting.ts'
import { NatWorld } from './world.ts'

const footing = await enterNamespace(import.meta.filename)
if (footing.kind === 'refused') {
  console.error(footing.reason)
  process.exit(1)
}
const world = await NatWorld.make()
const lab = new PeopleLab(world)
let port = 20_200
let wrong = 0
console.log(
  `| calls \\ is called | ${NAT_KINDS.join(' | ')} |\n|---|${NAT_KINDS.map(() => '---').join('|')}|`,
)
for (const one of NAT_KINDS) {
  const cells: string[] = []
  for (const other of NAT_KINDS) {
    const places = await Promise.all([world.place('one', one), world.place('other', other)] as const)
    const { way, seconds } = await lab.meet(places, port++)
    for (const place of places) place.leave()
    const expected = physics(one, other) === 'none' ? 'relayed' : 'direct'
    if (way !== expected) wrong++
    cells.push(
      `${way}${way === 'relayed' ? '' : ` ${seconds.toFixed(1)} s`}${way === expected ? '' : ' (!)'}`,
    )
  }
  console.log(`| ${one} | ${cells.join(' | ')} |`)
}
console.log(wrong === 0 ? '\neverything as the rule says' : `\n${wrong} not as the rule says`)
process.exit(wrong === 0 ? 0 : 1)
