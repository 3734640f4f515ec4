// Operations as bytes: written, signed, and read strictly. Promise: what readOperation() gives has the shape of its kind,
// its author's signature, and cards and invite proofs that are signed, and is the one way to write it.
// {a author, b body, c circle (not in create), k kind, p [parents], q seq, r prev (not in the first), s signature, t seconds}

import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { compareBytes, concatBytes, equalBytes } from '../../base/bytes.ts'
import { RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type DeviceCard, readCard } from '../identity/device-card.ts'
import {
  type CircleId,
  type DeviceId,
  KEY_BYTES,
  keyBytes,
  keyText,
  type RecordId,
  SIGNATURE_BYTES,
} from '../ids.ts'
import { type RecordFields, readRecord, signedMessage } from '../record-fields.ts'
import { verifyBacking } from './join-proof.ts'
import {
  MAX_EPOCH_BYTES,
  MAX_OPERATION_BYTES,
  MAX_OPERATIONS_PER_DEVICE,
  MAX_PARENTS,
  MAX_SECONDS,
} from './limits.ts'
import type { Operation, OperationBody, OperationDraft, OperationKind } from './operation.ts'
import { bodyFields, readBody } from './operation-body.ts'

const KINDS: readonly OperationKind[] = [
  'create',
  'add',
  'remove',
  'leave',
  'role',
  'mute',
  'invite',
  'invite-revoke',
  'epoch',
  'share',
  'policy',
  'device',
  'device-remove',
]
/** An epoch for as many devices as may be in, and as many pasts as it may follow. */
const LIMITS = { lengthBytes: MAX_EPOCH_BYTES, depth: 4, tokens: 10_000 }
const PURPOSE = 'operation 1'

/** @throws RecordError for what nobody would take: too long */
export function signOperation(
  draft: OperationDraft,
  deviceSeed: Uint8Array,
  crypto: CommunityCrypto,
): Operation {
  const fields = envelope(draft)
  const signature = crypto.sign(signedMessage(PURPOSE, encode(fields)), deviceSeed)
  return readOperation(encode({ ...fields, s: signature }), crypto)
}

/** @throws RecordError */
export function readOperation(bytes: Uint8Array, crypto: CommunityCrypto): Operation {
  const fields = readRecord(bytes, 'operation', LIMITS)
  const author = fields.bytes('a', KEY_BYTES)
  const kind = fields.oneOf('k', KINDS)
  if (kind !== 'epoch' && bytes.length > MAX_OPERATION_BYTES) fields.refuse('length')
  const inner = fields.inner('b')
  const body = readBody(kind, inner)
  inner.end()
  const circle = fields.optionalBytes('c', KEY_BYTES)
  const parents = fields.listOfBytes('p', MAX_PARENTS, KEY_BYTES, KEY_BYTES)
  const seq = fields.int('q', 1, MAX_OPERATIONS_PER_DEVICE)
  const prev = fields.optionalBytes('r', KEY_BYTES)
  const signature = fields.bytes('s', SIGNATURE_BYTES)
  const at = fields.int('t', 0, MAX_SECONDS)
  fields.end()
  checkPlace(fields, { kind, circle, parents, seq, prev })
  const draft: OperationDraft = {
    circle: circle && keyText<CircleId>(circle),
    author: keyText<DeviceId>(author),
    seq,
    prev: prev && keyText<RecordId>(prev),
    parents: parents.map((parent) => keyText<RecordId>(parent)),
    at,
    body,
  }
  if (!equalBytes(encode({ ...envelope(draft), s: signature }), bytes)) fields.refuse('form')
  if (!crypto.verify(signature, signedMessage(PURPOSE, unsigned(bytes, at)), author))
    throw new RecordError('RECORD_INVALID', { what: 'operation', signature: 'author' })
  const id = keyText<RecordId>(crypto.sha256(bytes))
  const whole = draft.circle ?? (id as string as CircleId)
  return {
    ...draft,
    circle: whole,
    id,
    bytes: bytes.slice(),
    cards: cardsOf(body, whole, draft.author, crypto),
  }
}

/** Create begins; everything else rests on something. */
function checkPlace(
  fields: RecordFields,
  place: {
    readonly kind: OperationKind
    readonly circle: Uint8Array | undefined
    readonly parents: readonly Uint8Array[]
    readonly seq: number
    readonly prev: Uint8Array | undefined
  },
): void {
  const { kind, circle, parents, seq, prev } = place
  if ((prev === undefined) !== (seq === 1)) fields.refuse('r')
  if ((kind === 'create') !== (circle === undefined)) fields.refuse('c')
  if (kind === 'create' && (seq !== 1 || parents.length > 0)) fields.refuse('p')
  if (kind !== 'create' && prev === undefined && parents.length === 0) fields.refuse('p')
  for (const [index, parent] of parents.entries()) {
    if (prev !== undefined && equalBytes(parent, prev)) fields.refuse('p')
    if (index > 0 && compareBytes(parents[index - 1] as Uint8Array, parent) >= 0) fields.refuse('p')
  }
}

function cardsOf(
  body: OperationBody,
  circle: CircleId,
  author: DeviceId,
  crypto: CommunityCrypto,
): readonly DeviceCard[] {
  if (body.kind !== 'create' && body.kind !== 'device' && body.kind !== 'add') return []
  const cards = (body.kind === 'add' ? body.cards : [body.card]).map((card) => readCard(card, crypto))
  const [first] = cards
  if (first === undefined || cards.some(({ person }) => person !== first.person)) throw invalid('cards')
  if (new Set(cards.map(({ device }) => device)).size !== cards.length) throw invalid('cards')
  if (body.kind === 'create' && first.device !== author) throw invalid('card')
  if (body.kind === 'add' && body.backing !== undefined) {
    if (!verifyBacking(body.backing, circle, body.cards[0] as Uint8Array, crypto)) throw invalid('invite')
  }
  return cards
}

/** Of what has the one form: the signature stands before the time, which ends it. */
function unsigned(bytes: Uint8Array, at: number): Uint8Array {
  const end = bytes.length - `1:ti${at}ee`.length
  return concatBytes([bytes.subarray(0, end - '1:s64:'.length - SIGNATURE_BYTES), bytes.subarray(end)])
}

function envelope(draft: OperationDraft): { readonly [key: string]: Encodable | undefined } {
  return {
    a: keyBytes(draft.author),
    b: bodyFields(draft.body),
    c: draft.circle && keyBytes(draft.circle),
    k: draft.body.kind,
    p: draft.parents.map((parent) => keyBytes(parent)),
    q: draft.seq,
    r: draft.prev && keyBytes(draft.prev),
    t: draft.at,
  }
}

function invalid(field: string): RecordError {
  return new RecordError('RECORD_INVALID', { what: 'operation', field })
}
