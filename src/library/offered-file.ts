// A file as it is offered, and the catalogue entry that says so. What an audience may not know is left out here.

import { utf8 } from '../base/bytes.ts'
import type { ContentId } from '../metainfo/content-id.ts'
import { type CatalogueAudience, showsFolders } from '../protocol/catalogue/audience.ts'
import type { CatalogueEntry, EntryFacts, EntryLicence } from '../protocol/catalogue/entry.ts'
import { compareTexts, cutText, fitName } from '../protocol/catalogue/entry-text.ts'
import {
  MAX_CODEC_BYTES,
  MAX_FACT_BYTES,
  MAX_FOLDERS,
  MAX_FOLDERS_BYTES,
  MAX_PUBLISHER_BYTES,
  MAX_WORD_BYTES,
  MAX_WORDS,
} from '../protocol/catalogue/limits.ts'
import type { MediaFacts } from './file-record.ts'

export interface OfferedFile {
  readonly content: ContentId
  readonly name: string
  /** `video`, `document` … */
  readonly kind: string
  readonly facts: MediaFacts
  readonly licence: EntryLicence | undefined
  readonly publisher: string | undefined
  /** From the top of the browse tree, the library folder's own name first; strangers do not get them. */
  readonly folders: readonly string[]
}

/** The words of a name, normalised, the most telling first. */
export type WordsOfName = (name: string) => readonly string[]

/** @throws CatalogueError BAD_FIELD for what is no content id or kind */
export function entryOfOffered(
  file: OfferedFile,
  audience: CatalogueAudience,
  wordsOfName: WordsOfName,
): CatalogueEntry {
  const { content, name, kind, facts, licence, publisher, folders } = file
  const said = publisher === undefined ? '' : cutText(publisher, MAX_PUBLISHER_BYTES)
  return {
    root: content.root,
    lengthBytes: content.lengthBytes,
    name: fitName(name),
    words: fitWords(wordsOfName(name)),
    kind,
    facts: fitFacts(facts),
    licence,
    publisher: said === '' ? undefined : said,
    folders: showsFolders(audience) ? fitFolders(folders) : undefined,
  }
}

function fitWords(words: readonly string[]): string[] {
  const fitting = words
    .map((word) => cutText(word, MAX_WORD_BYTES).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()))
    .filter((word) => word !== '' && !/[\s\p{Cc}]/u.test(word))
  return [...new Set(fitting)].slice(0, MAX_WORDS).sort(compareTexts)
}

/** Where it was made and when, and with what device, stay here. */
function fitFacts(facts: MediaFacts): EntryFacts {
  const fitted: EntryFacts = {
    ...text('album', facts.album, MAX_FACT_BYTES),
    ...text('artist', facts.artist, MAX_FACT_BYTES),
    ...number('bitrate', facts.bitrate),
    ...text('codec', facts.codec, MAX_CODEC_BYTES),
    ...number('durationMs', facts.durationSeconds === undefined ? undefined : facts.durationSeconds * 1_000),
    ...number('height', facts.height),
    ...text('title', facts.title, MAX_FACT_BYTES),
    ...number('track', facts.track),
    ...number('width', facts.width),
    ...number('year', facts.year),
  }
  return fitted
}

function text(name: keyof EntryFacts, value: string | undefined, maxBytes: number): EntryFacts {
  const fitted = value === undefined ? '' : cutText(value, maxBytes)
  return fitted === '' ? {} : { [name]: fitted }
}

function number(name: keyof EntryFacts, value: number | undefined): EntryFacts {
  if (value === undefined || !Number.isFinite(value)) return {}
  const whole = Math.round(value)
  return Number.isSafeInteger(whole) && whole >= 0 ? { [name]: whole } : {}
}

/** Deeper folders than an entry can name are left out: their files lie in the last that fits. */
function fitFolders(folders: readonly string[]): string[] {
  const fitted: string[] = []
  let lengthBytes = 0
  for (const folder of folders.slice(0, MAX_FOLDERS)) {
    const name = fitName(folder)
    lengthBytes += utf8(name).length + 1
    if (lengthBytes > MAX_FOLDERS_BYTES) break
    fitted.push(name)
  }
  return fitted
}

/** As the API says them. */
export function mediaFactsOf({ durationMs, ...facts }: EntryFacts): MediaFacts {
  return durationMs === undefined ? facts : { ...facts, durationSeconds: durationMs / 1_000 }
}
