// A plain UDP socket on a computer of the world, steered over standard input and output:
//   node lab/nat/udp-voice.ts PORT      `HOST PORT TEXT` sends; each datagram that comes is printed as `HOST PORT TEXT`.

import { createSocket } from 'node:dgram'
import { createInterface } from 'node:readline'

const socket = createSocket('udp4')
socket.on('message', (bytes, from) => console.log(`${from.address} ${from.port} ${bytes.toString('latin1')}`))
socket.bind(Number(process.argv[2]), () => console.log('ready'))

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const [host, port, text = ''] = line.split(' ')
  socket.send(text, Number(port), host)
})
lines.on('close', () => socket.close())
