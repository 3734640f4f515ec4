// A message's text: as it was written, with addresses of the web as links that are exactly what they show, and links of Shoal that
// are looked at before anything is done.

import type { ReactNode } from 'react'
import { splitUnseen } from '../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../app/dialogs.ts'
import { isPeopleLink } from '../../app/understood.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { writtenParts } from './as-is.ts'
import { linksIn, type TextPart } from './links-in.ts'

export function MessageText({ text }: { readonly text: string }): ReactNode {
  return (
    <bdi dir="auto">
      {linksIn(text).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
        <Part key={index} part={part} />
      ))}
    </bdi>
  )
}

/** Text that a person wrote, emoji and all. */
export function Written({ text }: { readonly text: string }): ReactNode {
  return writtenParts(text).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
    part.asIs ? part.text : <ForeignText key={index} text={part.text} />,
  )
}

function Part({ part: { kind, text } }: { readonly part: TextPart }): ReactNode {
  // With such in it, it would lead elsewhere than it seems to.
  const honest = splitUnseen(text).every(({ unseen }) => unseen === undefined)
  if (kind === 'text' || !honest) return <Written text={text} />
  if (kind === 'web') {
    return (
      <a href={text} target="_blank" rel="noopener noreferrer">
        <ForeignText text={text} />
      </a>
    )
  }
  return (
    <TextButton onPress={() => open(text)}>
      <ForeignText text={text} />
    </TextButton>
  )
}

function open(link: string): void {
  if (isPeopleLink(link)) void openDialog('peopleLink', { link })
  else void openDialog('get', { link })
}
