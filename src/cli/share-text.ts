// What a `share` says of itself, whichever engine gives it: with whom, by which link, and a code to photograph.

import { explain } from '../api/errors.ts'
import { formatSize } from '../api/format-quantity.ts'
import { CodedError } from '../base/errors.ts'
import type { Listing } from '../daemon/get-source.ts'
import type { Doer } from './get-report.ts'
import type { Output } from './output.ts'
import { sayQr } from './qr.ts'

/** One thing that is offered, as soon as its link is known. */
export interface Offered {
  readonly name: string
  readonly totalBytes: number
  readonly private: boolean
  readonly listing: Listing
  readonly magnet: string
  readonly infohashV1: string | null
  readonly infohashV2: string | null
  /** That others connect to; null when nobody can. */
  readonly port: number | null
  /** For a phone on this network, where there is one. */
  readonly page: string | null
}

const AUDIENCE: Readonly<Record<Listing, string>> = {
  link: 'with people who have this link. Not listed anywhere.',
  everyone:
    'with everyone: listed, in any BitTorrent app. Strangers see names and sizes, and your address while they fetch.',
}

/** Whatever was asked: a private torrent is told to its trackers, and to nobody else. */
const PRIVATE =
  'with people who have this link and users of its trackers, which are told of you. It is private.'

/** @param stops what ends it: `Ctrl-C stops.` */
export function saySharing(output: Output, offered: Offered, doer: Doer, stops: string): void {
  const { name, totalBytes, listing, magnet, page } = offered
  output.result(
    `Sharing ${name} (${formatSize(totalBytes)}) ${offered.private ? PRIVATE : AUDIENCE[listing]}`,
  )
  output.result(`  ${magnet}`)
  if (page !== null) output.result(`  On this network, without Shoal: ${page}`)
  sayQr(output, page ?? magnet)
  output.note(stops)
  output.object({
    event: 'sharing',
    audience: listing,
    name,
    magnet,
    infohashV1: offered.infohashV1,
    infohashV2: offered.infohashV2,
    port: offered.port,
    ...(page === null ? {} : { page }),
    ...doer,
  })
}

/** Why there is no page. @returns null, for the page; whatever nobody expected is thrown on */
export function sayNoPage(output: Output, error: unknown): null {
  if (!(error instanceof CodedError)) throw error
  const { report } = explain(error)
  output.warn(`${report.message}${report.help === undefined ? '' : ` ${report.help}`} [${report.code}]`)
  output.object({ event: 'no-page', error: report })
  return null
}
