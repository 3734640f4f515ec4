// What members share with their circle: all of it, or one member's folders; each content can be got from whoever has it.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { CircleDetails, OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { t } from '../../text/t.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { factsLine } from '../entries/entry-facts.ts'
import { getFrom } from './get-shared.ts'
import { calledName, type Known } from './names.ts'

const PAGE_FILES = 100
const ALL = 'all'

interface Props {
  readonly circle: CircleDetails
  readonly known: Known
  readonly person: string | undefined
  readonly onPerson: (person: string | undefined) => void
}

export function SharedFiles({ circle, known, person, onPerson }: Props): ReactNode {
  const { id, people } = circle
  const [path, setPath] = useState('')
  const load = useCallback(
    (offset: number) =>
      call('circleFiles', {
        id,
        offset,
        limit: PAGE_FILES,
        ...(person === undefined ? {} : { person, path }),
      }),
    [id, person, path],
  )
  return (
    <div className="shared-files">
      <Field label={t('members.memberFiles')}>
        {(wiring) => (
          <SelectBox
            wiring={wiring}
            value={person ?? ALL}
            options={[
              { value: ALL, name: t('members.allMembers') },
              ...people
                .filter(({ role, files, person: of }) => role !== 'keeper' && (files > 0 || of === person))
                .map(({ person: of, name }) => ({ value: of, name: visible(calledName(known, of, name)) })),
            ]}
            onChange={(next) => {
              setPath('')
              onPerson(next === ALL ? undefined : next)
            }}
          />
        )}
      </Field>
      <OfferedFiles
        key={`${person} ${path}`}
        load={load}
        path={path}
        onPath={setPath}
        from={`circle:${id}`}
        nothing={t('members.noFiles')}
      />
    </div>
  )
}

interface OfferedProps {
  /** Keep it the same as long as it asks the same. */
  readonly load: (offset: number) => Promise<{
    readonly folders: readonly {
      readonly name: string
      readonly files: number
      readonly totalBytes: number
    }[]
    readonly files: readonly OthersEntry[]
    readonly total: number
  }>
  readonly path: string
  readonly onPath: (path: string) => void
  /** Whom it is got from: `circle:…` or `device:…`. */
  readonly from: string
  readonly nothing: string
}

/** Folders and files that others offer. Drawn anew (key) for another place. */
export function OfferedFiles({ load, path, onPath, from, nothing }: OfferedProps): ReactNode {
  const first = useLoaded(useCallback(() => load(0), [load]))
  const [more, setMore] = useState<readonly OthersEntry[]>([])
  const { value, error } = first
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first page
  useEffect(() => setMore([]), [value])
  if (value === undefined)
    return error === undefined ? <p role="status">{t('people.loading')}</p> : <ErrorSentence error={error} />
  const files = [...value.files, ...more]
  const shown = value.folders.length + files.length
  const next = async (): Promise<void> => {
    const page = await load(shown)
    setMore([...more, ...page.files])
  }
  return (
    <>
      {path !== '' && (
        <div>
          <Button
            icon="chevronUp"
            look="quiet"
            onPress={() => onPath(path.split('/').slice(0, -1).join('/'))}
          >
            {t('members.filesUp')}
          </Button>
        </div>
      )}
      {shown === 0 && <p className="soft">{nothing}</p>}
      <ul className="offered-files">
        {value.folders.map(({ name, files: count, totalBytes }) => (
          <li key={`folder ${name}`}>
            <button
              type="button"
              className="offered-folder"
              onClick={() => onPath(path === '' ? name : `${path}/${name}`)}
            >
              <strong>
                <ForeignText text={name} />
              </strong>
              <span className="soft">{t('members.shares', count, formatSize(totalBytes))}</span>
            </button>
          </li>
        ))}
        {files.map((entry) => (
          <li key={`${entry.content} ${entry.name}`} className="offered-file">
            <div className="offered-file-text">
              <p className="offered-file-name">
                <ForeignText text={entry.name} />
              </p>
              <p className="soft">
                <ForeignText text={factsLine(entry)} /> · {formatSize(entry.lengthBytes)}
              </p>
            </div>
            {entry.here ? (
              <span className="soft">{t('members.here')}</span>
            ) : (
              <IconButton
                icon="get"
                look="plain"
                label={t('members.getFile', visible(entry.name))}
                onPress={() => void getFrom(from, entry)}
              />
            )}
          </li>
        ))}
      </ul>
      {shown < value.total && (
        <div>
          <Button onPress={() => void next()}>{t('members.more')}</Button>
        </div>
      )}
    </>
  )
}
