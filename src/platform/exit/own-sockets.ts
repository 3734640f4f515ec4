// Which sockets this process has, and where they lead, as the Linux kernel sees it: needs no other rights than our own.
// What it shows is a moment: a socket that came and went between two looks was not seen.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { formatIp } from '../../base/address.ts'
import { fromHex } from '../../base/bytes.ts'
import type { Endpoint } from '../../base/endpoint.ts'
import type { DeviceSockets } from './device-sockets.ts'

export interface OwnSocket {
  readonly protocol: 'tcp' | 'udp'
  readonly listens: boolean
  readonly local: Endpoint
  /** Undefined for one that may send to anybody. */
  readonly remote: Endpoint | undefined
  /** The interface that the kernel keeps it on; undefined for any. */
  readonly device: string | undefined
}

const TABLES = ['tcp', 'tcp6', 'udp', 'udp6'] as const
/** include/net/tcp_states.h */
const LISTENING = '0A'

/** @returns undefined where the system does not tell */
export function ownSockets(devices: DeviceSockets | undefined): OwnSocket[] | undefined {
  if (process.platform !== 'linux') return undefined
  const mine = new Map<string, number>()
  try {
    for (const name of readdirSync('/proc/self/fd')) {
      const inode = inodeOf(name)
      if (inode !== undefined) mine.set(inode, Number(name))
    }
    return TABLES.flatMap((table) =>
      parseSocketTable(readFileSync(`/proc/self/net/${table}`, 'utf8'))
        .filter(({ inode }) => mine.has(inode))
        .map(({ inode, ...socket }) => ({
          ...socket,
          protocol: table.startsWith('tcp') ? ('tcp' as const) : ('udp' as const),
          device: devices?.deviceOf(mine.get(inode) as number),
        })),
    )
  } catch {
    // No /proc, or not for us to read.
    return undefined
  }
}

function inodeOf(fd: string): string | undefined {
  try {
    return /^socket:\[([0-9]+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]
  } catch {
    // Closed since it was listed: the folder's own descriptor, for one.
    return undefined
  }
}

export type TableEntry = Omit<OwnSocket, 'protocol' | 'device'> & { readonly inode: string }

/** The text of /proc/net/tcp and its three sisters (proc_net(5)). */
export function parseSocketTable(text: string): TableEntry[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/)
      const [from, to] = [endpointOf(local), endpointOf(remote)]
      if (from === undefined || to === undefined || inode === undefined) return []
      return [{ local: from, remote: to.port === 0 ? undefined : to, listens: state === LISTENING, inode }]
    })
}

/** `0100007F:1A85`: words of 32 bits in the computer's own order, which is little-endian wherever we run. */
function endpointOf(text: string | undefined): Endpoint | undefined {
  const match = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(text ?? '')
  if (match === null) return undefined
  const bytes = fromHex((match[1] as string).toLowerCase())
  if (bytes.length !== 4 && bytes.length !== 16) return undefined
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse()
  const mapped =
    bytes.length === 16 && bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff
  const host = formatIp(mapped ? bytes.subarray(12) : bytes)
  return { host, port: Number.parseInt(match[2] as string, 16) }
}
