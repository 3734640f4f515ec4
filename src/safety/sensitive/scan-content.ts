// One file's content looked into by what it is; documents give their text, archives their members (two deep).
// What cannot be opened says so (`unreadable`); what is media is looked at by its head only.

import { sqliteFindings } from './detectors/databases.ts'
import { programNameFindings } from './detectors/file-names.ts'
import { keyNameFindings, keystoreFindings } from './detectors/keys.ts'
import { nameSays } from './detectors/names.ts'
import { photoPlace, placeIn, videoPlace } from './detectors/photo-place.ts'
import { binaryStoreFindings } from './detectors/stores.ts'
import { type FileBytes, HEAD_BYTES, MAX_LOOKED_BYTES, memoryBytes, sampledBytes } from './file-bytes.ts'
import {
  asLatin1,
  CODE_EXTENSIONS,
  type ContentKind,
  contentKind,
  extensionOf,
  MEDIA_EXTENSIONS,
} from './file-kind.ts'
import { maybe, type PrivateFinding, sureOf } from './finding.ts'
import { textFindings } from './scan-text.ts'
import { gunzipped, isTar, MAX_MEMBER_BYTES, rarNames, tarMembers } from './text/archive.ts'
import { decodeText } from './text/decode.ts'
import type { Extracted } from './text/extracted.ts'
import { htmlText, rtfText } from './text/markup.ts'
import { mailText } from './text/mime.ts'
import { ENCRYPTED_STREAMS, officeForm, officeText } from './text/office.ts'
import { pdfText } from './text/pdf.ts'
import { readableRuns } from './text/strings.ts'
import { type ZipEntry, zipEntries } from './text/zip-entries.ts'

/** Design: an archive in an archive is looked into, what is in that by name only. */
const MAX_DEPTH = 2
/** Members of an archive whose bytes are looked at; all are looked at by name. */
const MAX_MEMBERS = 300
const MAX_MEMBERS_BYTES = 32 * 1_048_576
const DATABASE_BYTES = 4 * 1_048_576
const OLD_OFFICE_BYTES = 16 * 1_048_576
/** Documents of forms nobody opens here; their words stand readable in them. */
const RUNS_EXTENSIONS = new Set(
  'doc xls ppt hwp wps wpd one mdb accdb pub vsd msg dat sxw pages numbers lwp qdf gnucash mny'.split(' '),
)

export interface Named {
  readonly name: string
  readonly quietName: boolean
}

export async function contentFindings(file: FileBytes, named: Named, depth = 0): Promise<PrivateFinding[]> {
  const head = await file.read(0, HEAD_BYTES)
  if (head.length === 0) return []
  const lowName = named.name.toLowerCase()
  const extension = extensionOf(lowName)
  const context = { lowName, extension, quietName: named.quietName }
  const kind = contentKind(head)
  const found = keyNameFindings(lowName, head, extension)
  switch (kind) {
    case 'image':
      return [...found, ...(await photoPlace(file))]
    case 'video':
      return [...found, ...(await videoPlace(file))]
    case 'audio':
    case 'program':
      return found
    case 'pdf': {
      const pdf = await pdfText(await file.read(0, MAX_LOOKED_BYTES))
      return [...found, ...(await documentFindings(pdf, context, depth))]
    }
    case 'rtf':
      return [
        ...found,
        ...(await textFindings(rtfText(asLatin1(await file.read(0, OLD_OFFICE_BYTES))), context)),
      ]
    case 'zip':
      return [...found, ...(await zipFindings(file, context, depth))]
    case 'gzip':
    case 'tar':
      return [...found, ...(await tarFindings(file, kind, named, depth))]
    case 'cfb':
      return [...found, ...(await oldOfficeFindings(file, context))]
    case 'sqlite': {
      const runs = readableRuns(await file.read(0, DATABASE_BYTES))
      const database = sqliteFindings(runs, lowName)
      return [
        ...found,
        ...(database.length > 0 ? database : (await textFindings(runs, context)).filter(({ sure }) => sure)),
      ]
    }
    case 'sealed-archive':
      return [...found, ...(await sealedFindings(file, head))]
    case 'text':
      return [...found, ...(await plainFindings(file, context, depth))]
    case 'binary': {
      const stores = [...binaryStoreFindings(head, lowName), ...keystoreFindings(head, extension, lowName)]
      if (stores.length > 0) return [...found, ...stores]
      if (!RUNS_EXTENSIONS.has(extension)) return found
      return [...found, ...(await textFindings(readableRuns(await file.read(0, OLD_OFFICE_BYTES)), context))]
    }
  }
}

interface Context {
  readonly lowName: string
  readonly extension: string
  readonly quietName: boolean
}

async function plainFindings(file: FileBytes, context: Context, depth: number): Promise<PrivateFinding[]> {
  const parts = await sampledBytes(file)
  const stores = binaryStoreFindings(parts[0] as Uint8Array, context.lowName)
  const text = parts.map(decodeText).join('\n')
  const start = text.slice(0, 2_000)
  if (
    /^\s{0,20}(?:<!doctype html|<html|<\?xml[^>]{0,100}\?>\s{0,20}<(?:!doctype )?html|<head|<body)/i.test(
      start,
    ) ||
    /^(?:html?|mht|mhtml|xhtml)$/.test(context.extension)
  ) {
    const inside =
      /^MIME-Version|^From:.*\n/im.test(start.slice(0, 400)) && context.extension.startsWith('mht')
        ? mailText(asLatin1(parts[0] as Uint8Array)).text
        : htmlText(text)
    // Tags hold what text does not: stores are told by them.
    return [
      ...stores,
      ...(await textFindings(inside, context)),
      ...(
        await textFindings(text.slice(0, 100_000), { ...context, extension: 'html-source', quietName: true })
      ).filter(({ sure }) => sure),
    ]
  }
  const found = await textFindings(text, context)
  if (!found.some((finding) => finding.class === 'mail' && finding.sure)) return [...stores, ...found]
  const mail = mailText(asLatin1(parts[0] as Uint8Array))
  const inMail = await textFindings(mail.text, { ...context, extension: 'txt', lowName: 'mail' })
  return [
    ...stores,
    ...found,
    ...inMail,
    ...(await memberFindings(
      (mail.members ?? []).map(({ name, bytes }) => ({ name, bytes: async () => bytes })),
      depth,
    )),
  ]
}

async function documentFindings(
  document: Extracted,
  context: Context,
  depth: number,
): Promise<PrivateFinding[]> {
  if (document.unreadable === 'password') return [sureOf('unreadable', 'document', { reason: 'password' })]
  if (document.unreadable !== undefined)
    return [maybe('unreadable', 'document', { reason: document.unreadable })]
  const members = (document.members ?? []).map(({ name, bytes }) => ({ name, bytes: async () => bytes }))
  return [
    ...(await textFindings(document.text, { ...context, extension: 'document' })),
    ...(await memberFindings(members, depth)),
  ]
}

async function zipFindings(file: FileBytes, context: Context, depth: number): Promise<PrivateFinding[]> {
  let entries: ZipEntry[]
  try {
    entries = await zipEntries(file)
  } catch {
    // No archive after all, or too damaged to say what it holds.
    return file.lengthBytes < 100 ? [] : [maybe('unreadable', 'archive', { reason: 'damaged' })]
  }
  const form = officeForm(entries)
  if (form === 'ebook' || context.extension === 'epub') return []
  if (form !== undefined) {
    const text = await officeText(entries, form)
    const pictures = entries.filter(({ name }) => /\.(?:jpe?g|tiff?|heic)$/i.test(name)).slice(0, 20)
    const places = await Promise.all(
      pictures.map(async (entry) => placeIn((await entry.bytes()) ?? new Uint8Array())),
    )
    return [
      ...(await documentFindings(text, context, depth)),
      ...(places.some(Boolean)
        ? [sureOf('photo-place', 'in-document', { count: places.filter(Boolean).length })]
        : []),
    ]
  }
  // Comics, programs and packages are no archives that people keep papers in.
  if (MEDIA_EXTENSIONS.has(context.extension)) return []
  const locked = entries.filter(({ encrypted }) => encrypted).length
  const found = await memberFindings(
    entries.map((entry) => ({
      name: entry.name,
      bytes: entry.lengthBytes <= MAX_MEMBER_BYTES && !entry.encrypted ? () => entry.bytes() : undefined,
    })),
    depth,
  )
  return locked > 0
    ? [sureOf('unreadable', 'archive', { reason: 'password', count: locked }), ...found]
    : found
}

async function tarFindings(
  file: FileBytes,
  kind: ContentKind,
  named: Named,
  depth: number,
): Promise<PrivateFinding[]> {
  const packed = await file.read(0, MAX_LOOKED_BYTES)
  const bytes = kind === 'gzip' ? gunzipped(packed) : packed
  if (bytes === undefined) return []
  if (isTar(bytes))
    return memberFindings(
      tarMembers(bytes).map(({ name, bytes: content }) => ({ name, bytes: async () => content })),
      depth,
    )
  const inner = named.name.replace(/\.(?:gz|tgz)$/i, '')
  return depth >= MAX_DEPTH
    ? []
    : contentFindings(memoryBytes(bytes), { name: inner, quietName: named.quietName }, depth + 1)
}

interface MemberSource {
  readonly name: string
  readonly bytes: (() => Promise<Uint8Array | undefined>) | undefined
}

async function memberFindings(members: readonly MemberSource[], depth: number): Promise<PrivateFinding[]> {
  const found: PrivateFinding[] = []
  let looked = 0
  let budget = MAX_MEMBERS_BYTES
  for (const member of members) {
    const name = member.name.split('/').pop() ?? member.name
    const lowName = name.toLowerCase()
    const said = nameSays(name.replace(/\.[^.]*$/, ''), extensionOf(lowName))
    const inside = (findings: readonly PrivateFinding[]): PrivateFinding[] =>
      findings.map((finding) => ({ ...finding, data: { ...finding.data, inside: name.slice(0, 200) } }))
    found.push(...inside(said.findings), ...inside(programNameFindings(lowName)))
    if (member.bytes === undefined || depth >= MAX_DEPTH || looked >= MAX_MEMBERS || budget <= 0) continue
    // Code in archives by the thousand is what projects are; keys in them have names or are text.
    if (CODE_EXTENSIONS.has(extensionOf(lowName)) && members.length > 200) continue
    const bytes = await member.bytes()
    if (bytes === undefined || bytes.length > MAX_MEMBER_BYTES) continue
    looked++
    budget -= bytes.length
    found.push(
      ...inside(await contentFindings(memoryBytes(bytes), { name, quietName: said.quiet }, depth + 1)),
    )
  }
  return found
}

async function oldOfficeFindings(file: FileBytes, context: Context): Promise<PrivateFinding[]> {
  const bytes = await file.read(0, OLD_OFFICE_BYTES)
  const latin = asLatin1(bytes)
  if (ENCRYPTED_STREAMS.test(latin)) return [sureOf('unreadable', 'document', { reason: 'password' })]
  // A Word document's first block, and whether it says that it is encrypted.
  if (bytes[512] === 0xec && bytes[513] === 0xa5 && ((bytes[523] ?? 0) & 1) !== 0)
    return [sureOf('unreadable', 'document', { reason: 'password' })]
  const runs = readableRuns(bytes)
  const mail = /_\0_\0s\0u\0b\0s\0t\0g\x001|_\0_\0n\0a\0m\0e\0i\0d\0_\0v\0e\0r/.test(latin)
    ? [sureOf('mail', 'outlook')]
    : []
  return [...mail, ...(await textFindings(runs, { ...context, extension: 'document' }))]
}

async function sealedFindings(file: FileBytes, head: Uint8Array): Promise<PrivateFinding[]> {
  const start = asLatin1(head, 0, 8)
  if (start.startsWith('Rar!')) {
    const { names, encrypted } = rarNames(await file.read(0, MAX_LOOKED_BYTES))
    const found = await memberFindings(
      names.map((name) => ({ name, bytes: undefined })),
      0,
    )
    return encrypted ? [sureOf('unreadable', 'archive', { reason: 'password' }), ...found] : found
  }
  if (start.startsWith('7z')) {
    // The directory stands at the end; the method AES-256 has this number.
    const tail = asLatin1(await file.read(Math.max(0, file.lengthBytes - 65_536), 65_536))
    if (tail.includes('\x06\xf1\x07\x01')) return [sureOf('unreadable', 'archive', { reason: 'password' })]
  }
  return []
}
