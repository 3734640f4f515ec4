// Which parts of a text are links. Promise: the parts together are the text, and a link is of one of the kinds that do nothing by themselves.

export interface TextPart {
  readonly kind: 'text' | 'web' | 'shoal'
  readonly text: string
}

const LINK = /https?:\/\/[^\s<>"“”]+|magnet:\?[^\s<>"“”]+|shoal:[^\s<>"“”]{8,}/gi
/** Of the sentence around it. */
const AFTER = /[.,;:!?'’)\]}]+$/

export function linksIn(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const link = found.replace(AFTER, '')
    const web = /^https?:/i.test(link)
    if (web && !URL.canParse(link)) continue
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) })
    parts.push({ kind: web ? 'web' : 'shoal', text: link })
    from = index + link.length
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) })
  return parts
}
