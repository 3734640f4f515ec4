// What a device has of a circle's operations, told shortly: of each author how many, and a sum of which. From it follows what
// the device lacks, both branches of a fork, too.

import { equalBytes } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import type { DeviceId } from '../ids.ts'
import { KEY_BYTES, keyBytes, keyText } from '../ids.ts'
import type { Node, OperationGraph } from './graph.ts'

/** Device, how many, and a sum of which. */
const ENTRY_BYTES = KEY_BYTES + 4 + 8
const MAX_ENTRIES = 6_000

/** What of ours it lacks. @throws RecordError for what is no vector */
export function lackingOf(graph: OperationGraph, vector: Uint8Array): ReadonlySet<Node> {
  const theirs = readVector(vector)
  const lacking = new Set<Node>()
  for (const device of graph.writers()) {
    const nodes = graph.by(device)
    const entry = theirs.get(device)
    const begins = entry !== undefined && entry.count <= nodes.length && isSum(entry.sum, nodes, entry.count)
    // Of whom it has other ones than ours it gets all of ours: then it has both branches.
    for (const node of begins ? nodes.slice(entry.count) : nodes) lacking.add(node)
  }
  return lacking
}

/** Of each device how many operations, and a sum of which. */
export function vectorOf(graph: OperationGraph): Uint8Array {
  const writers = [...graph.writers()].slice(0, MAX_ENTRIES)
  const bytes = new Uint8Array(writers.length * ENTRY_BYTES)
  for (const [index, device] of writers.entries()) {
    const nodes = graph.by(device)
    const at = index * ENTRY_BYTES
    bytes.set(keyBytes(device), at)
    new DataView(bytes.buffer).setUint32(at + KEY_BYTES, nodes.length)
    bytes.set(sumOf(nodes, nodes.length), at + KEY_BYTES + 4)
  }
  return bytes
}

interface Entry {
  readonly count: number
  readonly sum: Uint8Array
}

function readVector(bytes: Uint8Array): Map<DeviceId, Entry> {
  if (bytes.length % ENTRY_BYTES !== 0 || bytes.length > MAX_ENTRIES * ENTRY_BYTES)
    throw new RecordError('FRAME_INVALID', { what: 'vector' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries = new Map<DeviceId, Entry>()
  for (let at = 0; at < bytes.length; at += ENTRY_BYTES)
    entries.set(keyText<DeviceId>(bytes.subarray(at, at + KEY_BYTES)), {
      count: view.getUint32(at + KEY_BYTES),
      sum: bytes.slice(at + KEY_BYTES + 4, at + ENTRY_BYTES),
    })
  return entries
}

function sumOf(nodes: readonly Node[], count: number): Uint8Array {
  const sum = new Uint8Array(8)
  for (let index = 0; index < count; index++) {
    const { hash } = nodes[index] as Node
    for (let at = 0; at < 8; at++) sum[at] = (sum[at] as number) ^ (hash[at] as number)
  }
  return sum
}

function isSum(sum: Uint8Array, nodes: readonly Node[], count: number): boolean {
  return equalBytes(sum, sumOf(nodes, count))
}
