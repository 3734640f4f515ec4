// Two hosts of a Lan, far from each other: a second address for each, between which packets take their time. Real stacks of TCP
// meet over it, with real windows and real round trips (long-way.py).
// Promise: `near` and `far` are reachable from each other, and only by that way, once it is made.

import { join } from 'node:path'
import type { Host } from './lan.ts'
import type { Program, ProgramOptions } from './program.ts'
import { until } from './until.ts'

/** Debian's own; the script needs nothing but it and /dev/net/tun. */
const PYTHON = '/usr/bin/python3'
const SCRIPT = join(import.meta.dirname, 'long-way.py')
/** Each host has a network stack of its own, so all can use the same port and addresses. */
const PORT = 7_000
const NEAR = '10.201.0.1'
const FAR = '10.201.0.2'

export interface LongWay {
  readonly near: string
  readonly far: string
}

interface Starter {
  start(name: string, command: readonly string[], options?: ProgramOptions): Program
}

export async function longWay(
  starter: Starter,
  near: Host,
  far: Host,
  roundTripMs: number,
): Promise<LongWay> {
  for (const [host, own, other] of [
    [near, NEAR, far],
    [far, FAR, near],
  ] as const) {
    const words = [`${own}/24`, String(PORT), other.address, String(PORT), String(roundTripMs / 2)]
    const program = starter.start(`the long way at ${host.name}`, [PYTHON, SCRIPT, ...words], { host })
    let ready = false
    program.onLine((line) => {
      ready ||= line === 'ready'
    })
    await until('the long way is there', () => ready, { program })
  }
  return { near: NEAR, far: FAR }
}
