// Names of files on their way into a page and into a header: they may hold anything, and do nothing. Pure.

/**
 * Controls, formats (bidi marks and overrides, zero-width signs, tags), lone surrogates, line and paragraph separators and
 * whatever else is drawn as nothing; but not the two signs that choose between text and emoji looks.
 */
const UNSEEN = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\uFE0E\uFE0F]]/gv

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text of a page or of an attribute in double quotes; what is not seen is written as `<U+202E>`. */
export function pageText(text: string): string {
  const seen = text.replace(UNSEEN, (unseen) => {
    const point = unseen.codePointAt(0) ?? 0
    return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`
  })
  return seen.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')
}

/** What file systems take as one name, less room for a browser's `(1)`. */
const MAX_NAME_BYTES = 200

/** Always saved, never shown; under a name without separators, quotes or anything unseen. */
export function attachment(name: string): string {
  const cleaned = name.replace(UNSEEN, '_').replace(/[/\\:*?"<>|]/g, '_')
  const safe = shortened(/^\.*$/.test(cleaned) ? `file${cleaned.replaceAll('.', '_')}` : cleaned)
  const ascii = safe.replace(/[^\x20-\x7e]/g, '_').replace(/[%']/g, '_')
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

/** Its end stays: by it a phone knows what opens it. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_NAME_BYTES) return name
  const dot = name.lastIndexOf('.')
  const end = dot > 0 && name.length - dot <= 16 ? name.slice(dot) : ''
  const letters = [...(end === '' ? name : name.slice(0, dot))]
  while (Buffer.byteLength(letters.join('') + end) > MAX_NAME_BYTES) letters.pop()
  return letters.join('') + end
}
