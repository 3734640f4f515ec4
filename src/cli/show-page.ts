// Brings the person to the page: opens it in a browser of this computer, or says the link and how to get to it from another.

import { hostname, userInfo } from 'node:os'
import open from 'open'
import type { Shell } from './command.ts'
import type { DaemonLink } from './daemon-link.ts'
import { hasDisplay, tunnelLine } from './page-way.ts'

export interface PageLink {
  readonly url: string
  readonly expiresAt: string
}

/** A link that opens the page once. */
export async function freshLink(link: DaemonLink): Promise<PageLink> {
  const { url, expiresAt } = await link.call('pageLink', {})
  return { url, expiresAt }
}

/** @param mayOpen false: the link is said, whatever could be opened */
export async function showPage(link: DaemonLink, shell: Shell, mayOpen: boolean): Promise<PageLink> {
  const { output, environment } = shell
  const page = await freshLink(link)
  if (mayOpen && !output.json && hasDisplay(environment)) {
    try {
      await open(page.url)
      output.result(`Its page opens in your browser: ${link.run.url}`)
      output.note('If it does not: shoal page')
      return page
    } catch {
      // No browser that could be started: the link does for any other one.
    }
  }
  output.result('Open this link once, within five minutes:')
  output.result(`  ${page.url}`)
  const here = { user: userInfo().username, hostName: hostname(), page: link.run.url }
  output.note('In a browser on another computer, run this there first:')
  output.note(`  ${tunnelLine(here, environment)}`)
  return page
}
