// Filters as chips: each writes its term into what is typed, and shows whether it stands there. What no chip stands for is told, and
// can be taken out.

import type { ReactNode } from 'react'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { hasFilter, otherFilters, toggled, without } from './query.ts'

export interface Chip {
  readonly key: string
  readonly value: string
  readonly name: string
}

export const KIND_CHIPS: readonly Chip[] = (
  ['video', 'audio', 'image', 'document', 'archive', 'program'] as const
).map((value) => ({ key: 'type', value, name: t(`chips.${value}`) }))

export const MORE_CHIPS: readonly Chip[] = [
  { key: 'size', value: '>1g', name: t('chips.large') },
  { key: 'size', value: '<10m', name: t('chips.small') },
  { key: 'duration', value: '>20m', name: t('chips.long') },
]

export function FilterChips({
  words,
  chips,
  onWords,
}: {
  readonly words: string
  readonly chips: readonly Chip[]
  readonly onWords: (words: string) => void
}): ReactNode {
  return (
    <fieldset className="chips entries-chips" aria-label={t('chips.label')}>
      {chips.map(({ key, value, name }) => (
        <button
          key={`${key}:${value}`}
          type="button"
          className="chip"
          aria-pressed={hasFilter(words, key, value)}
          onClick={() => onWords(toggled(words, key, value))}
        >
          {name}
        </button>
      ))}
      {otherFilters(words, chips).map(({ text }) => (
        <button
          key={text}
          type="button"
          className="chip chip-out"
          aria-label={t('chips.takeOut', text)}
          onClick={() => onWords(without(words, text))}
        >
          <ForeignText text={text} />
          <Icon name="close" />
        </button>
      ))}
    </fieldset>
  )
}
