// The field in which one types to find, and by what the list is sorted.

import type { ReactNode } from 'react'
import { goWith } from '../../app/router.ts'
import { t } from '../../text/t.ts'
import { Field, SelectBox } from '../../ui/field.tsx'
import { SORTS, type Sort } from './entries.tsx'

/** As the daemon takes it (api/schemas/library.ts). */
const MOST_CHARACTERS = 200

export function sortOf(text: string | undefined): Sort {
  return SORTS.find((one) => one === text) ?? 'fit'
}

export function FindField({
  words,
  onWords,
  autoFocus = false,
}: {
  readonly words: string
  readonly onWords: (words: string) => void
  readonly autoFocus?: boolean
}): ReactNode {
  return (
    <Field label={t('entries.find')} hint={t('entries.findHint')}>
      {(wiring) => (
        <input
          {...wiring}
          className="input"
          type="search"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={MOST_CHARACTERS}
          // biome-ignore lint/a11y/noAutofocus: who goes to a search types
          autoFocus={autoFocus}
          value={words}
          onChange={({ currentTarget }) => onWords(currentTarget.value)}
        />
      )}
    </Field>
  )
}

export function SortField({ sort }: { readonly sort: Sort }): ReactNode {
  return (
    <div className="field-short">
      <Field label={t('entries.sort')}>
        {(wiring) => (
          <SelectBox
            wiring={wiring}
            value={sort}
            options={SORTS.map((value) => ({ value, name: t(`entries.sort.${value}`) }))}
            onChange={(next) => goWith({ sort: next === 'fit' ? '' : next }, 'replace')}
          />
        )}
      </Field>
    </div>
  )
}
