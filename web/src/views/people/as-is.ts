// What of a written text is shown just as it is although it holds characters that are not seen by themselves: emoji made of several,
// the joiners within words of scripts that need them, and the ends of lines. All else goes through ForeignText.

export interface WrittenPart {
  readonly text: string
  readonly asIs: boolean
}

/** `\p{RGI_Emoji}` are the sequences that Unicode recommends: none of them hides anything. */
const AS_IS =
  /\p{RGI_Emoji}|\n|(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}])[\u200C\u200D](?=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}])/gv

export function writtenParts(text: string): readonly WrittenPart[] {
  const parts: WrittenPart[] = []
  let from = 0
  for (const { 0: found, index } of text.matchAll(AS_IS)) {
    if (index > from) parts.push({ text: text.slice(from, index), asIs: false })
    parts.push({ text: found, asIs: true })
    from = index + found.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), asIs: false })
  return parts
}
