// What members of my circles, or devices nearby, offer and fits: grouped by content, with who has it and who cannot be asked now.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { OutputOf } from '../../../../src/api/routes.ts'
import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { wishes } from '../../store/people.ts'
import { toast } from '../../store/toasts.ts'
import { usePeopleChanges } from '../../store/use-people-changes.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { PAGE_ROWS, usePaged } from '../../ui/paged.ts'
import { PagedGrid } from '../../ui/paged-grid.tsx'
import { FEW_OTHERS_COLUMNS, OTHERS_COLUMNS } from './others-columns.tsx'
import { OthersPanel } from './others-panel.tsx'
import { isOf } from './use-reach-counts.ts'

type Answer = OutputOf<'searchOthers'> & { readonly rows: readonly OthersEntry[] }

const REST_MS = 120
const MOST_NAMED = 5

export function Others({
  reach,
  words,
}: {
  readonly reach: 'circles' | 'nearby'
  readonly words: string
}): ReactNode {
  const asked = useRested(words)
  const load = useCallback(
    async (offset: number): Promise<Answer> => {
      const answer = await call('searchOthers', {
        in: reach,
        words: asked,
        typing: 'true',
        offset,
        limit: PAGE_ROWS,
      })
      return { ...answer, rows: answer.entries }
    },
    [reach, asked],
  )
  const pages = usePaged<OthersEntry, Answer>(load)
  const { head, error, total } = pages
  usePeopleChanges(isOf[reach], pages.again)
  const [opened, setOpened] = useState<OthersEntry>()
  return (
    <div className="entries">
      {error !== undefined && <ErrorSentence error={error} />}
      <div className="others-head">
        <p className="entries-count" role="status">
          {head === undefined
            ? error === undefined && t('library.loading')
            : t(head.more ? 'entries.countMore' : 'entries.count', total)}
          {head !== undefined && `. ${t(`others.reached.${reach}`, head.reached)}`}
          {head !== undefined && head.ignored.length > 0 && (
            <span className="entries-ignored"> {t('entries.ignored', head.ignored.join(' '))}</span>
          )}
        </p>
        {reach === 'circles' && (
          <Button icon="bell" onPress={() => void wish(words.trim())}>
            {t('wishes.do')}
          </Button>
        )}
      </div>
      {head !== undefined && head.missing.length > 0 && <Missing missing={head.missing} />}
      {head !== undefined && total === 0 ? (
        <div className="library-empty">
          <p>
            <ForeignText text={t(`others.none.${reach}`, words.trim())} />
          </p>
          {reach === 'circles' && <p className="soft">{t('others.noneHelp')}</p>}
        </div>
      ) : (
        <div className="entries-below">
          <PagedGrid
            label={t('search.results')}
            columns={opened === undefined ? OTHERS_COLUMNS : FEW_OTHERS_COLUMNS}
            pages={pages}
            more={head?.more ?? false}
            isOpen={(entry) => entry.content === opened?.content}
            onOpen={setOpened}
          />
          {opened !== undefined && (
            <OthersPanel
              key={opened.content}
              entry={opened}
              onClose={() => {
                setOpened(undefined)
                document.querySelector<HTMLElement>('.entries [role="grid"]')?.focus()
              }}
            />
          )}
        </div>
      )}
    </div>
  )
}

function Missing({ missing }: { readonly missing: Answer['missing'] }): ReactNode {
  const names = missing.slice(0, MOST_NAMED).map(({ name }) => name)
  const more = missing.length - names.length
  const all = more > 0 ? t('toast.andMore', names.join(', '), more) : names.join(', ')
  return (
    <p className="soft">
      <ForeignText text={t('others.missing', all)} />
    </p>
  )
}

async function wish(words: string): Promise<void> {
  if ((await attempt(() => call('addWish', { words, in: 'circles' }))) === undefined) return
  wishes.changed()
  toast(t('wishes.added', words))
}

function useRested(words: string): string {
  const [rested, setRested] = useState(words)
  useEffect(() => {
    const timer = setTimeout(() => setRested(words), REST_MS)
    return () => clearTimeout(timer)
  }, [words])
  return rested
}
