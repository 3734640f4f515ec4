// A content that is got a second time: under another name, into another folder, for another message, or from other people.
// Promise: it is one transfer; where it is to lie elsewhere too it is copied once it is whole and not locked, over nothing.

import path from 'node:path'
import { CodedError } from '../../base/errors.ts'
import type { Disk } from '../../base/ports.ts'
import type { ClosedRealm } from '../../engine/torrent/options.ts'
import type { AlsoWanted } from '../transfers/record.ts'
import type { Transfer } from '../transfers/transfer.ts'

export interface WantedAgain {
  readonly message: string | null
  readonly folder: string
  /** As it would be called, and under a name that is free there. */
  readonly name: string
  readonly free: string
}

/** Of one content; a folder of many files that are all alike is of no use to anybody. */
const MAX_PLACES = 1_000

export class AlsoWantedFiles {
  readonly #disk: Pick<Disk, 'stat' | 'copy' | 'makeDirectory'>
  /** Being copied now. */
  readonly #busy = new Set<string>()

  constructor(disk: Pick<Disk, 'stat' | 'copy' | 'makeDirectory'>) {
    this.#disk = disk
  }

  async want(transfer: Transfer, realm: ClosedRealm | null, again: WantedAgain): Promise<void> {
    const { record } = transfer
    // What cannot be looked at is not here: it is fetched.
    const here = await this.#disk.stat(transfer.row().path).catch(() => undefined)
    if (!isWhole(transfer) || here === undefined) await this.#goOn(transfer, realm)
    const isOfIt = (message: string | null, at: string) =>
      message === again.message && path.dirname(at) === again.folder && isNamed(path.basename(at), again.name)
    if (isOfIt(record.message, transfer.row().path)) return
    // What could not be copied is tried again.
    const also = record.also.filter(({ message, at, problem }) => problem === null || !isOfIt(message, at))
    if (also.some(({ message, at }) => isOfIt(message, at))) return
    const same = record.saveFolder === again.folder && record.name === again.name
    if (same && again.message === null) return
    const at = same ? transfer.row().path : path.join(again.folder, again.free)
    const wanted: AlsoWanted = { message: again.message, at, there: same, problem: null }
    await transfer.update({ also: [...also, wanted].slice(-MAX_PLACES) })
  }

  /** From those who offer it now: whoever offered it before may be gone. What was begun among people never becomes public by it. */
  async #goOn(transfer: Transfer, realm: ClosedRealm | null): Promise<void> {
    const { record } = transfer
    if (realm !== null && record.realm !== null && record.realm !== realm) {
      await transfer.close()
      await transfer.update({ realm })
      await transfer.open({ asked: true })
    }
    if (transfer.rests || transfer.row().state === 'failed') await transfer.resume()
    if (isWhole(transfer) && transfer.metainfo !== undefined) transfer.recheck()
  }

  /** Of what has come, where it is missing still. */
  copy(transfer: Transfer): void {
    const { id, record } = transfer
    if (this.#busy.has(id) || !isWhole(transfer) || Object.keys(record.locked).length > 0) return
    if (!record.also.some(isMissing)) return
    this.#busy.add(id)
    void this.#copyAll(transfer).finally(() => this.#busy.delete(id))
  }

  async #copyAll(transfer: Transfer): Promise<void> {
    const from = transfer.row().path
    for (const place of transfer.record.also.filter(isMissing)) {
      const problem = await this.#copied(from, place.at)
      // Others may have been added meanwhile.
      const also = transfer.record.also.map((other) =>
        other === place ? { ...place, there: problem === null, problem } : other,
      )
      await transfer.update({ also }).catch((error: unknown) => {
        // It holds here, and is written with the next change.
        if (!(error instanceof CodedError)) throw error
      })
    }
  }

  async #copied(from: string, to: string): Promise<string | null> {
    try {
      await this.#disk.makeDirectory(path.dirname(to))
      await this.#disk.copy(from, to)
      return null
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return error.code
    }
  }
}

/** As it was asked for, or with the number that made it free. */
function isNamed(name: string, asked: string): boolean {
  const { name: stem, ext } = path.parse(asked)
  return name === asked || (name.startsWith(`${stem} (`) && name.endsWith(`)${ext}`))
}

function isMissing({ there, problem }: AlsoWanted): boolean {
  return !there && problem === null
}

function isWhole(transfer: Transfer): boolean {
  const { wantedBytes, doneBytes, state } = transfer.row()
  return state !== 'failed' && wantedBytes > 0 && doneBytes >= wantedBytes
}
