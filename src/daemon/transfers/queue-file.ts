// The order of the queue, kept between runs: one list of ids, written when a person moved somebody in it.
// Transfers that are not in it come after those that are, in the order they were added.

import type { ValidInputOf } from '../../api/routes.ts'
import type { Engine } from '../compose.ts'
import { KeptFile, type KeptPlace } from '../kept-file.ts'
import type { TransferRecord } from './record.ts'
import type { Transfer } from './transfer.ts'
import { TransferError } from './transfer-error.ts'
import type { Transfers } from './transfers.ts'

const FILE = 'queue.json'

type Wish = Pick<ValidInputOf<'changeTransfers'>['change'], 'queue' | 'queuePosition'>

export class QueueFile {
  readonly #file: KeptFile<readonly string[]>
  #order: readonly string[] = []

  constructor(place: KeptPlace) {
    this.#file = new KeptFile(place, FILE)
  }

  /** The records in the order in which they are to be opened. @throws StateError, DiskError */
  async sort(records: readonly TransferRecord[]): Promise<TransferRecord[]> {
    this.#order = (await this.#file.read()) ?? []
    const places = new Map(this.#order.map((id, place) => [id, place]))
    const last = this.#order.length
    return [...records].sort((a, b) => (places.get(a.id) ?? last) - (places.get(b.id) ?? last))
  }

  /** @throws TransferError ONE_ONLY, DiskError */
  async move(
    chosen: readonly Transfer[],
    { queue: to, queuePosition }: Wish,
    transfers: Transfers,
    { session }: Engine,
  ): Promise<void> {
    if (queuePosition !== undefined && chosen.length > 1) throw new TransferError('ONE_ONLY')
    const torrents = chosen.map(({ torrent }) => torrent).filter((torrent) => torrent !== undefined)
    if (to !== undefined) session.queue.moveAll(torrents, to)
    const [only] = torrents
    if (queuePosition !== undefined && only !== undefined) session.queue.move(only, queuePosition)
    const place = ({ torrent }: Transfer): number =>
      (torrent === undefined ? undefined : session.queue.position(torrent)) ?? Number.POSITIVE_INFINITY
    const order = [...transfers].sort((a, b) => {
      const [of, other] = [place(a), place(b)]
      return of === other ? 0 : of - other
    })
    this.#order = order.map(({ id }) => id)
    await this.#file.write(this.#order)
    for (const transfer of transfers) transfer.touch()
  }
}
