// The process of one fish: orders come in on standard input, events go out on standard output (fish-messages.ts).
// Promise: it ends when it is told to, when something fails, and when whoever started it is gone, whatever way it went.
// Ctrl-C reaches it too, being meant for the demo, which then tells everybody to leave; so it is not heeded here.

import { createInterface } from 'node:readline'
import { CodedError } from '../../base/errors.ts'
import { Fish } from './fish.ts'
import { type FishEvent, formatMessage, parseOrder } from './fish-messages.ts'

const [name = '', stateFolder = ''] = process.argv.slice(2)

process.title = `shoal demo: ${name}`
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('uncaughtException', fail)
process.stdout.on('error', () => process.exit(1))

function tell(event: FishEvent): void {
  process.stdout.write(formatMessage(event))
}

let leaving = false

function fail(error: unknown): void {
  // Whoever leaves in the middle of something cannot finish it.
  if (leaving) return
  const { code, data } =
    error instanceof CodedError ? error : { code: 'INTERNAL', data: { error: String(error) } }
  if (process.env.SHOAL_TRACE === '1') console.error(error)
  process.stdout.write(formatMessage({ event: 'failed', code, data }), () => process.exit(1))
}

const opening = Fish.open(stateFolder, tell)
const orders = createInterface({ input: process.stdin })
orders.on('close', () => process.exit(0))
orders.on('line', (line) => {
  const order = parseOrder(line)
  opening
    .then((fish) => {
      leaving = order.order === 'leave'
      return fish.obey(order)
    })
    .then(() => {
      if (order.order === 'leave') process.stdout.write('', () => process.exit(0))
    })
    .catch(fail)
})
opening.catch(fail)
