// Brings the person to the page: opens it in a browser of this computer, or says the link and how to get to it from another.

import { hostname, userInfo } from 'node:os'
import type { Shell } from './command.ts'
import type { DaemonLink } from './daemon-link.ts'
import { hasDisplay, tunnelLine } from './page-way.ts'

export interface PageLink {
  readonly url: string
  /** The same by names of this server that have TLS. */
  readonly elsewhere: readonly string[]
  readonly expiresAt: string
}

/** A link that opens the page once. */
async function freshLink(link: DaemonLink, magnet: string | undefined): Promise<PageLink> {
  const { url, elsewhere, expiresAt } = await link.call('pageLink', {})
  if (magnet === undefined) return { url, elsewhere, expiresAt }
  // Before the code, which the page takes out of the address.
  const shown = new URL(url)
  shown.searchParams.set('get', magnet)
  return { url: shown.href, elsewhere, expiresAt }
}

/**
 * @param mayOpen false: the link is said, whatever could be opened
 * @param magnet shown there, to be got or not
 */
export async function showPage(
  link: DaemonLink,
  shell: Shell,
  mayOpen: boolean,
  magnet?: string,
): Promise<PageLink> {
  const { output, environment } = shell
  const page = await freshLink(link, magnet)
  if (mayOpen && !output.json && hasDisplay(environment)) {
    try {
      const { default: open } = await import('open')
      await open(page.url)
      output.result(`Its page opens in your browser: ${link.run.url}`)
      output.note('If it does not: shoal page')
      return page
    } catch {
      // No browser that could be started: the link does for any other one.
    }
  }
  output.result('Open this link once, within five minutes:')
  for (const url of [page.url, ...page.elsewhere]) output.result(`  ${url}`)
  const here = { user: userInfo().username, hostName: hostname(), page: link.run.url }
  output.note('In a browser on another computer, run this there first:')
  output.note(`  ${tunnelLine(here, environment)}`)
  return page
}
