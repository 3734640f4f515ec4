// The people process: opens the host and carries what it says to its parent and back. Promise: it ends when it is told to, when
// its parent is gone, whatever way it went, and when anything fails that nobody expected: then memory and disk may not
// agree any more, and the next one reads everything anew. Ctrl-C reaches it too, being meant for the daemon; it is not heeded.

import { carried, errorFrom } from './carried-error.ts'
import { PeopleHost } from './people-host.ts'
import type { FromPeople, PeoplePlan, ToPeople } from './people-messages.ts'

interface Waiting {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
}

process.title = 'shoal people'
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)
process.on('SIGHUP', () => undefined)
process.on('disconnect', () => void end())

const asked = new Map<number, Waiting>()
let next = 0
let host: PeopleHost | undefined
let ending: Promise<void> | undefined

function tell(message: FromPeople): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function ask(name: string, input: unknown): Promise<unknown> {
  const number = next++
  return new Promise((resolve, reject) => {
    asked.set(number, { resolve, reject })
    tell({ kind: 'ask', number, name, input } as FromPeople)
  })
}

function take(number: number): Waiting | undefined {
  const waiting = asked.get(number)
  asked.delete(number)
  return waiting
}

async function start(plan: PeoplePlan): Promise<void> {
  const opened = await PeopleHost.open(plan, {
    ask: ask as never,
    changed: (change) => tell({ kind: 'event', change }),
    again: () => tell({ kind: 'again' }),
    log: (level, event, facts) => tell({ kind: 'log', level, event, facts: facts ?? {} }),
    // Said on standard error, which the parent keeps the end of.
    failed: (error) => {
      console.error(error)
      process.exit(1)
    },
  })
  if (opened instanceof Error) {
    tell({ kind: 'refused', error: carried(opened) })
    await end()
    return
  }
  host = opened
  tell({ kind: 'ready', port: opened.port })
}

async function call({ number, name, input }: Extract<ToPeople, { kind: 'call' }>): Promise<void> {
  try {
    if (host === undefined) throw new Error('it is not open yet')
    tell({ kind: 'answer', number, output: await host.call(name, input) })
  } catch (error) {
    tell({ kind: 'failure', number, error: carried(error) })
  }
}

function end(): Promise<void> {
  ending ??= (async () => {
    await host?.close()
    process.exit(0)
  })()
  return ending
}

process.on('message', (message: ToPeople) => {
  switch (message.kind) {
    case 'start':
      void start(message.plan)
      break
    case 'call':
      void call(message)
      break
    case 'answer':
      take(message.number)?.resolve(message.output)
      break
    case 'failure':
      take(message.number)?.reject(errorFrom(message.error))
      break
    case 'ping':
      tell({ kind: 'pong' })
      break
    case 'stop':
      void end()
  }
})
