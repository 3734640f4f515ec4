// A program for a host of the network: tries every TCP port of an address and prints those that answer, as JSON.

import { connect } from 'node:net'

const [address = ''] = process.argv.slice(2)
const LAST_PORT = 65_535
const AT_ONCE = 256
const PATIENCE_MS = 5_000

const open: number[] = []
let next = 1

async function worker(): Promise<void> {
  for (let port = next++; port <= LAST_PORT; port = next++) if (await answers(port)) open.push(port)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(PATIENCE_MS, () => end(false))
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

await Promise.all(Array.from({ length: AT_ONCE }, worker))
console.log(JSON.stringify(open.sort((a, b) => a - b)))
