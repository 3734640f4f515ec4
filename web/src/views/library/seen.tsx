// Library › What others see: exactly the rows that somebody of an audience gets, and what is shared with them as a whole.

import { type ReactNode, useCallback } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { SeenAnswer } from '../../../../src/api/schemas/library.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { formatRoute } from '../../app/route.ts'
import { goWith, useRoute } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { audienceName, isNamed, useAudiences } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { PAGE_ROWS, usePaged } from '../../ui/paged.ts'
import { type GridColumn, PagedGrid } from '../../ui/paged-grid.tsx'
import { factsLine, licenceWords } from '../entries/entry-facts.ts'
import '../entries/entries.css'

const BEAT_MS = 5_000
const AS = ['everyone', 'link'] as const

type SeenRow = SeenAnswer['rows'][number]

const COLUMNS: readonly GridColumn<SeenRow>[] = [
  {
    id: 'name',
    title: t('entries.name'),
    track: 'minmax(12rem, 3fr)',
    cell: ({ name }) => (
      <span title={visible(name)}>
        <ForeignText text={name} />
      </span>
    ),
  },
  {
    id: 'facts',
    title: t('entries.facts'),
    track: 'minmax(8rem, 2fr)',
    cell: (row) => <ForeignText text={factsLine(row)} />,
  },
  {
    id: 'size',
    title: t('entries.size'),
    track: '5.5rem',
    number: true,
    cell: ({ lengthBytes }) => formatSize(lengthBytes),
  },
  {
    id: 'licence',
    title: t('entries.licence'),
    track: '8rem',
    cell: ({ licence }) => licenceWords(licence),
  },
  {
    id: 'publisher',
    title: t('seen.publisher'),
    track: 'minmax(6rem, 1fr)',
    cell: ({ publisher }) => (publisher === null ? '' : <ForeignText text={publisher} />),
  },
]

export function Seen(): ReactNode {
  const { query } = useRoute()
  const named = useAudiences()
  const as = query.as ?? ''
  const audience = AS.find((one) => one === as) ?? (isNamed(as) ? as : 'everyone')
  const word = isNamed(audience) ? 'named' : audience
  const options = [
    ...AS.map((value) => ({ value: value as string, name: t(`seen.as.${value}`) })),
    ...named.person,
    ...named.circle.map(({ value, name }) => ({ value, name: t('seen.as.circle', name) })),
  ]
  const path = query.path ?? ''
  const load = useCallback(
    async (offset: number) => await call('seenBy', { audience, path, offset, limit: PAGE_ROWS }),
    [audience, path],
  )
  const pages = usePaged<SeenRow, SeenAnswer>(load, BEAT_MS)
  const { head, error, total } = pages
  const nothing =
    head !== undefined && total === 0 && head.folders.length === 0 && head.shares.length === 0 && path === ''
  return (
    <div className="view-list">
      <div className="entries-bar">
        <div className="field-short">
          <Field label={t('seen.as')}>
            {(wiring) => (
              <SelectBox
                wiring={wiring}
                value={audience as string}
                options={
                  options.some(({ value }) => value === audience)
                    ? options
                    : [...options, { value: audience, name: audienceName(audience) }]
                }
                onChange={(next) => goWith({ as: next === 'everyone' ? '' : next, path: '' })}
              />
            )}
          </Field>
        </div>
      </div>
      <p className="soft">{t(`seen.means.${word}`)}</p>
      {error !== undefined && <ErrorSentence error={error} />}
      {head === undefined && error === undefined && <p role="status">{t('library.loading')}</p>}
      {nothing && <p className="view-lead">{t(`seen.nothing.${word}`)}</p>}
      {head !== undefined && <Folders path={path} folders={head.folders} />}
      {head !== undefined && (total > 0 || head.folders.length > 0) && (
        <>
          <p role="status">
            {t('seen.count', total, formatSize(head.totalBytes))}{' '}
            {head.head !== null && (
              <span className="soft">
                {t('seen.head', head.head.seq)} <Moment at={head.head.expiresAt} />
              </span>
            )}
          </p>
          {total > 0 && <PagedGrid label={t('seen.rows')} columns={COLUMNS} pages={pages} />}
        </>
      )}
      {head !== undefined && head.shares.length > 0 && <SharesSeen shares={head.shares} />}
    </div>
  )
}

function Folders({
  path,
  folders,
}: {
  readonly path: string
  readonly folders: SeenAnswer['folders']
}): ReactNode {
  if (folders.length === 0 && path === '') return null
  return (
    <ul className="seen-folders">
      {path !== '' && (
        <li>
          <Button
            icon="chevronUp"
            look="quiet"
            onPress={() => goWith({ path: path.split('/').slice(0, -1).join('/') })}
          >
            {t('seen.up')}
          </Button>
        </li>
      )}
      {folders.map(({ name, files, totalBytes }) => (
        <li key={name}>
          <Button
            icon="folder"
            look="quiet"
            onPress={() => goWith({ path: path === '' ? name : `${path}/${name}` })}
          >
            <ForeignText text={name} />{' '}
            <span className="soft">{t('seen.count', files, formatSize(totalBytes))}</span>
          </Button>
        </li>
      ))}
    </ul>
  )
}

function SharesSeen({ shares }: { readonly shares: SeenAnswer['shares'] }): ReactNode {
  return (
    <section className="seen-shares">
      <h2>{t('seen.shares')}</h2>
      <ul>
        {shares.map(({ id, name, fileCount, totalBytes }) => (
          <li key={id}>
            <a href={formatRoute({ view: 'transfers', query: { open: id } })}>
              <ForeignText text={name} />
            </a>{' '}
            <span className="soft">{t('seen.count', fileCount, formatSize(totalBytes))}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
