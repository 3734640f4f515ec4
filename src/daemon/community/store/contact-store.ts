// Contacts in `community.db` (schema/0003-direct.sql).

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContactRecords, ContactRow, KnownDevice } from '../../../community/contact/contact-records.ts'
import type { DeviceId, PersonId } from '../../../community/ids.ts'

interface Contact {
  readonly person: PersonId
  readonly name: string | null
  readonly alias: string | null
  readonly contact: number
  readonly verified: number
  readonly ignored: number
  readonly blocked: number
  readonly always_accept_bytes: number
  readonly accepted_offers: number
  readonly seen_at: number | null
  readonly changed_at: number
}

interface Device {
  readonly device: DeviceId
  readonly person: PersonId
  readonly card: Uint8Array | null
  readonly name: string
  readonly hints: string
  readonly token: Uint8Array | null
  readonly seen_at: number | null
}

export class ContactStore implements ContactRecords {
  readonly #contact: StatementSync
  readonly #contacts: StatementSync
  readonly #putContact: StatementSync
  readonly #removeContact: StatementSync
  readonly #device: StatementSync
  readonly #devicesOf: StatementSync
  readonly #asked: StatementSync
  readonly #putDevice: StatementSync
  readonly #removeDevice: StatementSync
  readonly #isGone: StatementSync
  readonly #gone: StatementSync
  readonly #putGone: StatementSync
  readonly #removeGone: StatementSync
  readonly #forgetGone: StatementSync
  readonly #list: StatementSync
  readonly #putList: StatementSync
  readonly #removeList: StatementSync
  readonly #links: StatementSync
  readonly #linkMade: StatementSync
  readonly #putLink: StatementSync
  readonly #removeLinks: StatementSync

  constructor(database: DatabaseSync) {
    this.#contact = database.prepare('SELECT * FROM contacts WHERE person = ?')
    this.#contacts = database.prepare('SELECT * FROM contacts ORDER BY person')
    this.#putContact = database.prepare(
      'INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#removeContact = database.prepare('DELETE FROM contacts WHERE person = ?')
    this.#device = database.prepare('SELECT * FROM contact_devices WHERE device = ?')
    this.#devicesOf = database.prepare('SELECT * FROM contact_devices WHERE person = ? ORDER BY device')
    this.#asked = database.prepare('SELECT * FROM contact_devices WHERE token IS NOT NULL ORDER BY device')
    this.#putDevice = database.prepare('INSERT OR REPLACE INTO contact_devices VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#removeDevice = database.prepare('DELETE FROM contact_devices WHERE device = ?')
    this.#isGone = database.prepare('SELECT 1 FROM contact_gone WHERE person = ? AND device = ?')
    this.#gone = database.prepare('SELECT device FROM contact_gone WHERE person = ? ORDER BY at, device')
    this.#putGone = database.prepare('INSERT OR IGNORE INTO contact_gone VALUES (?, ?, ?)')
    this.#removeGone = database.prepare('DELETE FROM contact_gone WHERE person = ? AND device = ?')
    this.#forgetGone = database.prepare('DELETE FROM contact_gone WHERE person = ?')
    this.#list = database.prepare('SELECT list FROM contact_lists WHERE person = ?')
    this.#putList = database.prepare('INSERT OR REPLACE INTO contact_lists VALUES (?, ?)')
    this.#removeList = database.prepare('DELETE FROM contact_lists WHERE person = ?')
    this.#links = database.prepare('SELECT token FROM contact_links ORDER BY made')
    this.#linkMade = database.prepare('SELECT made FROM contact_links WHERE token = ?')
    this.#removeLinks = database.prepare('DELETE FROM contact_links')
    this.#putLink = database.prepare('INSERT INTO contact_links VALUES (?, ?)')
  }

  contact(person: PersonId): ContactRow | undefined {
    const row = this.#contact.get(person) as Contact | undefined
    return row && contactOf(row)
  }

  contacts(): readonly ContactRow[] {
    return (this.#contacts.all() as unknown as Contact[]).map(contactOf)
  }

  putContact(row: ContactRow): void {
    this.#putContact.run(
      row.person,
      row.name,
      row.alias,
      Number(row.contact),
      Number(row.verified),
      Number(row.ignored),
      Number(row.blocked),
      row.alwaysAcceptBytes,
      row.acceptedOffers,
      row.seenAt,
      row.changedAt,
    )
  }

  removeContact(person: PersonId): void {
    this.#removeContact.run(person)
  }

  device(device: DeviceId): KnownDevice | undefined {
    const row = this.#device.get(device) as Device | undefined
    return row && deviceOf(row)
  }

  devicesOf(person: PersonId): readonly KnownDevice[] {
    return (this.#devicesOf.all(person) as unknown as Device[]).map(deviceOf)
  }

  asked(): readonly KnownDevice[] {
    return (this.#asked.all() as unknown as Device[]).map(deviceOf)
  }

  putDevice({ device, person, card, name, hints, token, seenAt }: KnownDevice): void {
    this.#putDevice.run(device, person, card ?? null, name, JSON.stringify(hints), token ?? null, seenAt)
  }

  removeDevice(device: DeviceId): void {
    this.#removeDevice.run(device)
  }

  isGone(person: PersonId, device: DeviceId): boolean {
    return this.#isGone.get(person, device) !== undefined
  }

  goneDevices(person: PersonId): readonly DeviceId[] {
    return (this.#gone.all(person) as { device: DeviceId }[]).map(({ device }) => device)
  }

  putGone(person: PersonId, device: DeviceId, at: number): void {
    this.#putGone.run(person, device, at)
  }

  removeGone(person: PersonId, device: DeviceId): void {
    this.#removeGone.run(person, device)
  }

  list(person: PersonId): Uint8Array | undefined {
    return (this.#list.get(person) as { list: Uint8Array } | undefined)?.list
  }

  putList(person: PersonId, list: Uint8Array): void {
    this.#putList.run(person, list)
  }

  removeList(person: PersonId): void {
    this.#removeList.run(person)
    this.#forgetGone.run(person)
  }

  linkTokens(): readonly Uint8Array[] {
    return (this.#links.all() as { token: Uint8Array }[]).map(({ token }) => token)
  }

  linkMade(token: Uint8Array): number | undefined {
    return (this.#linkMade.get(token) as { made: number } | undefined)?.made
  }

  removeLinkTokens(): void {
    this.#removeLinks.run()
  }

  putLinkToken(token: Uint8Array, made: number): void {
    this.#putLink.run(token, made)
  }
}

function contactOf(row: Contact): ContactRow {
  return {
    person: row.person,
    name: row.name,
    alias: row.alias,
    contact: row.contact === 1,
    verified: row.verified === 1,
    ignored: row.ignored === 1,
    blocked: row.blocked === 1,
    alwaysAcceptBytes: row.always_accept_bytes,
    acceptedOffers: row.accepted_offers,
    seenAt: row.seen_at,
    changedAt: row.changed_at,
  }
}

function deviceOf({ device, person, card, name, hints, token, seen_at }: Device): KnownDevice {
  return {
    device,
    person,
    card: card ?? undefined,
    name,
    hints: JSON.parse(hints) as string[],
    token: token ?? undefined,
    seenAt: seen_at,
  }
}
