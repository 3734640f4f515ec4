// Readable runs in files of a form nobody opens here (old office files, Outlook messages, databases): 8-bit and 16-bit.

import { cut } from './extracted.ts'

const MIN_RUN = 4

/** @param bytes bounded by the caller */
export function readableRuns(bytes: Uint8Array): string {
  return cut(`${wideRuns(bytes)}\n${narrowRuns(bytes)}`)
}

function wideRuns(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-16le').decode(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  return text
    .replace(/\r/g, '\n')
    .replace(/\x07/g, '\t')
    .replace(
      /[^\t\n\x20-\x7e\u00a0-\u024f\u0370-\u06ff\u0900-\u0e7f\u1e00-\u1fff\u2010-\u2030\u20ac\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af]+/g,
      '\0',
    )
    .split('\0')
    .filter((run) => run.length >= MIN_RUN && mostlyOneScript(run))
    .join('\n')
}

/** Chance makes runs of many scripts out of numbers; people write in one or two. */
function mostlyOneScript(run: string): boolean {
  let ascii = 0
  for (let i = 0; i < run.length; i++) if (run.charCodeAt(i) < 0x250) ascii++
  if (ascii >= run.length * 0.5) return true
  const blocks = new Set([...run.slice(0, 200)].map((sign) => blockOf(sign.charCodeAt(0))))
  return blocks.size <= 3
}

function blockOf(code: number): number {
  if (code < 0x250) return 0
  if (code >= 0x3000 && code <= 0x30ff) return 0x4e
  if (code >= 0x4e00 && code <= 0x9fff) return 0x4e
  return code >> 8
}

function narrowRuns(bytes: Uint8Array): string {
  const text = new TextDecoder('windows-1252').decode(bytes)
  return text
    .replace(/\r/g, '\n')
    .replace(/[^\t\n\x20-\x7e\u00a0-\u00ff\u20ac]+/g, '\0')
    .split('\0')
    .filter((run) => run.length >= MIN_RUN + 2 && /[A-Za-z0-9]{3}/.test(run))
    .join('\n')
}
