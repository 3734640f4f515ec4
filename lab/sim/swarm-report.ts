// What a finished swarm run amounts to, as figures; and the watch over its requests.

import type { Swarm, SwarmMember } from './swarm.ts'

export interface SwarmReport {
  /** Time of the last leech, divided by the fluid bound. */
  readonly lastOverBest: number
  /** Copies of the content that the seeds sent. */
  readonly seedCopies: number
  /** Payload received twice or in vain, as a share of what was needed. */
  readonly wastedShare: number
  /** Bytes sent on the lines for each byte of content received, less one. */
  readonly overheadShare: number
  /** Most given by a leech, divided by the least. */
  readonly givenSpread: number
  readonly events: number
}

export function reportOf(swarm: Swarm): SwarmReport {
  const { content, leeches, seeds, members } = swarm
  const given = (member: SwarmMember): number => member.torrent?.status().givenBytes ?? 0
  const needed = content.length * leeches.length
  const sentBytes = members.reduce((sum, { host }) => sum + host.uplink.sentBytes, 0)
  const leechGiven = leeches.map(given)
  return {
    lastOverBest:
      Math.max(...leeches.map((leech) => leech.finishedAfterMs ?? Number.POSITIVE_INFINITY)) /
      swarm.bestTimeMs,
    seedCopies: seeds.reduce((sum, seed) => sum + given(seed), 0) / content.length,
    wastedShare: leeches.reduce((sum, { torrent }) => sum + (torrent?.status().wastedBytes ?? 0), 0) / needed,
    overheadShare: sentBytes / needed - 1,
    givenSpread: Math.max(...leechGiven) / Math.min(...leechGiven),
    events: swarm.world.events,
  }
}

/** Watches the requests of members: a block asked of two peers at once outside endgame is a fault. */
export class RequestWatch {
  readonly faults: string[] = []
  picks = 0
  duplicates = 0
  readonly #watched = new WeakSet<object>()

  /** To be called when the member's state changed. */
  look(member: SwarmMember): void {
    const picker = member.torrent?.live?.picker
    if (picker === undefined || this.#watched.has(picker)) return
    this.#watched.add(picker)
    const pick = picker.pick.bind(picker)
    picker.pick = (ask) => {
      const { endgame } = picker
      const blocks = pick(ask)
      for (const { piece, block } of blocks) {
        this.picks++
        const others = picker.othersAsked(ask.peer, piece, block)
        if (others.length === 0) continue
        this.duplicates++
        if (!endgame)
          this.faults.push(
            `${member.host.name}: piece ${piece} block ${block} asked of ${others.length + 1} peers`,
          )
      }
      return blocks
    }
  }
}
