// A target with its heap cap, a member that talks with it, attackers in a process of their own, and what the member and the
// target feel of them.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { encode } from '../../src/base/bencode-encode.ts'
import { concatBytes, writeUint32 } from '../../src/base/bytes.ts'
import { placeText } from '../../src/community/device-address.ts'
import type { DeviceId } from '../../src/community/ids.ts'
import { TestNode } from '../../test/doubles/people-nodes.ts'
import type { AttackReport } from './flood-attacker.ts'
import type { Flood, Victim } from './flood-sockets.ts'
import type { FloodTargetFigures, FloodTargetReady } from './flood-target.ts'

/** As daemon/community gives its process. */
export const HEAP_CAP_MB = 512
const TALK_EVERY_MS = 50

export interface FloodOutcome {
  readonly perSecond: number
  /** Round trips of the member, ms; undefined where none came back. */
  readonly talkP95Ms: number
  readonly talked: number
  readonly lost: number
  readonly figures: FloodTargetFigures
  readonly cpuShare: number
}

export class PeopleFloodScene {
  readonly victim: Victim
  readonly #target: ChildProcess
  readonly #attackers: ChildProcess
  readonly #member: TestNode
  /** A member that turns on the others. */
  readonly #traitor: TestNode
  readonly #device: DeviceId

  private constructor(
    target: ChildProcess,
    attackers: ChildProcess,
    member: TestNode,
    traitor: TestNode,
    ready: FloodTargetReady,
    from: readonly string[],
  ) {
    this.#target = target
    this.#attackers = attackers
    this.#member = member
    this.#traitor = traitor
    this.#device = ready.device
    this.victim = { at: ready.at, from }
  }

  /** @param from addresses of attackers */
  static async open(host: string, from: readonly string[]): Promise<PeopleFloodScene> {
    const [member, traitor] = [await TestNode.open({ utp: false }), await TestNode.open({ utp: false })]
    const target = fork(join(import.meta.dirname, 'flood-target.ts'), [host, member.device, traitor.device], {
      execArgv: [`--max-old-space-size=${HEAP_CAP_MB}`],
    })
    const [ready] = (await once(target, 'message')) as [FloodTargetReady]
    const attackers = fork(join(import.meta.dirname, 'flood-attacker.ts'))
    const scene = new PeopleFloodScene(target, attackers, member, traitor, ready, from)
    for (const node of [member, traitor]) {
      node.known.add(ready.device)
      const outcome = await node.node.dial(ready.device, [placeText({ by: 'tcp', at: ready.at })])
      if (outcome !== 'linked') throw new Error(`a member is not linked: ${outcome}`)
    }
    return scene
  }

  async measure(flood: Flood, seconds: number): Promise<FloodOutcome> {
    const before = await this.figures()
    this.#attackers.send({ kind: 'begin', name: flood.name, victim: this.victim })
    await once(this.#attackers, 'message')
    const begun = performance.now()
    const times = await this.#talk(seconds * 1_000)
    const lastedMs = performance.now() - begun
    const figures = await this.figures()
    this.#attackers.send({ kind: 'end' })
    const [report] = (await once(this.#attackers, 'message')) as [AttackReport]
    return this.#outcome(report.count, lastedMs, times, before, figures)
  }

  async #outcome(
    count: number,
    lastedMs: number,
    times: readonly (number | undefined)[],
    before: FloodTargetFigures,
    at?: FloodTargetFigures,
  ): Promise<FloodOutcome> {
    const figures = at ?? (await this.figures())
    const back = times.filter((ms) => ms !== undefined).sort((a, b) => a - b)
    return {
      perSecond: (count * 1_000) / lastedMs,
      talkP95Ms: back[Math.floor(back.length * 0.95)] ?? Number.POSITIVE_INFINITY,
      talked: back.length,
      lost: times.length - back.length,
      figures,
      cpuShare: (figures.cpuMs - before.cpuMs) / lastedMs,
    }
  }

  /** A member that sends so many right frames a second, as far as it is read from. */
  async betray(perSecond: number, seconds: number): Promise<FloodOutcome> {
    const before = await this.figures()
    let count = 0
    const begun = performance.now()
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond)
      while (count < due && this.#traitor.node.send(this.#device, echoFrame(count))) count++
    }, 10)
    const times = await this.#talk(seconds * 1_000)
    clearInterval(timer)
    return this.#outcome(count, performance.now() - begun, times, before)
  }

  async figures(): Promise<FloodTargetFigures> {
    this.#target.send({})
    const [figures] = (await once(this.#target, 'message')) as [FloodTargetFigures]
    return figures
  }

  /** The member's link was never lost. */
  get isLinked(): boolean {
    return this.#member.node.way(this.#device) !== undefined
  }

  /** Says something now and then, and waits for it to come back. */
  async #talk(ms: number): Promise<(number | undefined)[]> {
    const end = performance.now() + ms
    const times: (number | undefined)[] = []
    for (let n = 1; performance.now() < end; n++) {
      const begun = performance.now()
      const heard = this.#member.bytesFrom(this.#device).length
      this.#member.node.send(this.#device, echoFrame(n))
      let back: number | undefined
      while (performance.now() - begun < 5_000) {
        if (this.#member.bytesFrom(this.#device).length > heard) {
          back = performance.now() - begun
          break
        }
        await pause(1)
      }
      times.push(back)
      await pause(TALK_EVERY_MS)
    }
    return times
  }

  async close(): Promise<void> {
    await this.#traitor.node.close()
    await this.#member.node.close()
    for (const child of [this.#attackers, this.#target]) {
      child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
  }
}

function echoFrame(n: number): Uint8Array {
  const payload = encode({ k: 'echo.say', b: { n } })
  const length = new Uint8Array(4)
  writeUint32(length, 0, payload.length)
  return concatBytes([length, payload])
}
