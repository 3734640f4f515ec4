// What we hold for others, on the wire: what each device tells that it takes, mail that is left for it, and handing it over when
// it is met. What may be held, and how much, is the mailbox's.

import { fromHex } from '../../base/bytes.ts'
import { TOKEN_BYTES } from '../contact/contact-link.ts'
import { type DeviceId, KEY_BYTES, keyText } from '../ids.ts'
import type { RecordFields } from '../record-fields.ts'
import type { ServiceOut, Wall } from '../service.ts'
import type { MailKey } from './direct-records.ts'
import { MAX_MAIL_BYTES, MAX_TOKENS, MAX_UNANSWERED, TOKEN_HASH_BYTES } from './limits.ts'
import type { Mailbox } from './mailbox.ts'
import { MAX_PREKEY_BYTES } from './prekey.ts'

export interface HoldingGround {
  readonly out: ServiceOut
  readonly wall: Wall
  readonly mailbox: Mailbox
}

export class Holding {
  readonly #ground: HoldingGround
  /** Mail that each linked device was given and has not answered. */
  readonly #given = new Map<DeviceId, Set<MailKey>>()

  constructor(ground: HoldingGround) {
    this.#ground = ground
  }

  linked(device: DeviceId): void {
    this.#given.set(device, new Set())
    this.handOver(device)
  }

  unlinked(device: DeviceId): void {
    this.#given.delete(device)
  }

  /** Box: what a device takes, of one whose person is known. */
  boxCame(from: DeviceId, fields: RecordFields, isKnown: boolean): void {
    const { mailbox, wall } = this.#ground
    const hashes = fields.bytesWithin('h', 0, TOKEN_HASH_BYTES * MAX_TOKENS)
    const prekey = fields.bytesWithin('p', 0, MAX_PREKEY_BYTES)
    fields.end()
    if (hashes.length % TOKEN_HASH_BYTES !== 0) fields.refuse('h')
    if (isKnown) mailbox.told(from, hashes, prekey, wall.seconds())
  }

  /** Whoever may write to a device asks what to seal to. */
  askCame(from: DeviceId, fields: RecordFields): void {
    const box = keyText<DeviceId>(fields.bytes('b', KEY_BYTES))
    const token = fields.bytes('t', TOKEN_BYTES)
    fields.end()
    const p = this.#ground.mailbox.prekeyOf(box, token)
    if (p !== undefined) this.#ground.out.send(from, 'prekey', { p })
  }

  putCame(from: DeviceId, fields: RecordFields): void {
    const { mailbox, wall, out } = this.#ground
    const box = keyText<DeviceId>(fields.bytes('b', KEY_BYTES))
    const token = fields.bytes('t', TOKEN_BYTES)
    const sealed = fields.bytesWithin('x', 48, MAX_MAIL_BYTES)
    fields.end()
    const kept = mailbox.put(box, token, sealed, wall.seconds())
    out.send(from, 'kept', { i: fromHex(mailbox.key(sealed)), y: kept ? 1 : 0 })
    if (kept) this.handOver(box)
  }

  /** Its device answered a mail. */
  answered(from: DeviceId, key: MailKey): void {
    this.#given.get(from)?.delete(key)
    this.#ground.mailbox.answered(from, key)
    this.handOver(from)
  }

  /** Mail held for a device that is linked. */
  handOver(box: DeviceId): void {
    const { mailbox, out } = this.#ground
    const given = this.#given.get(box)
    if (given === undefined) return
    for (const { key, token, mail } of mailbox.next(box, MAX_UNANSWERED)) {
      if (given.has(key)) continue
      if (!out.send(box, 'mail', { t: token, x: mail })) return
      given.add(key)
    }
  }
}
