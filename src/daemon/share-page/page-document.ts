// The page of one share as HTML: plain words, a list, links. No script; its one style is named by its hash. Pure.

import { createHash } from 'node:crypto'
import { formatSize } from '../../api/format-quantity.ts'
import { allPath, filePath } from './page-target.ts'
import { pageText } from './page-text.ts'
import { isFolder, type PagedShare, shownPath } from './paged-share.ts'

/** Links on one page: more are no list that anybody reads on a phone. */
export const MAX_LISTED_FILES = 2_000
/** Entries that yazl writes in reasonable time: it looks at all that are done before each. */
export const MAX_ZIPPED_FILES = 10_000

const STYLE = `
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}
ul{list-style:none;padding:0}
li{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}
a{display:flex;gap:1rem;justify-content:space-between;align-items:baseline;padding:.75rem 0;min-height:1.5rem;color:LinkText;text-decoration:none}
a span{overflow-wrap:anywhere;text-decoration:underline}
a small,p{color:color-mix(in srgb,CanvasText 75%,Canvas)}
a small{white-space:nowrap}
.all{border:2px solid;border-radius:.5rem;padding:.75rem 1rem;font-weight:600}
`

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** Of every answer: nothing is loaded, run, framed or sent anywhere. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export function pageDocument(share: PagedShare, key: string): string {
  const { files, name } = share
  const totalBytes = files.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0)
  const title = pageText(name)
  const listed = files
    .slice(0, MAX_LISTED_FILES)
    .map(
      (file, index) =>
        `<li><a href="${filePath(key, index)}" download><span>${pageText(shownPath(share, file))}</span> <small>${formatSize(file.lengthBytes)}</small></a></li>`,
    )
  const more = files.length - listed.length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${files.length === 1 ? 'One file' : `${files.length} files`}, ${formatSize(totalBytes)}. Somebody on this network shares ${files.length === 1 ? 'it' : 'them'} with you, straight from their computer. The page works until they close it.</p>
${isZipped(share) ? `<p><a class="all" href="${allPath(key)}" download><span>Download everything as a ZIP file</span> <small>${formatSize(totalBytes)}</small></a></p>\n` : ''}<ul>
${listed.join('\n')}
</ul>
${more > 0 ? `<p>${more} more ${more === 1 ? 'file is' : 'files are'} not listed here${isZipped(share) ? '; the ZIP file has them' : ''}.</p>\n` : ''}</main>
</body>
</html>
`
}

export function isZipped(share: PagedShare): boolean {
  return isFolder(share) && share.files.length > 0 && share.files.length <= MAX_ZIPPED_FILES
}
