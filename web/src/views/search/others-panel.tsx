// One content that others offer: what it is, under which names, who has it, and getting it.

import type { ReactNode } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { OthersEntry } from '../../../../src/api/schemas/circles.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { factsLine } from '../entries/entry-facts.ts'
import { fromOf, getFrom } from '../people/get-shared.ts'
import { calledName, useKnown } from '../people/names.ts'
import { hrefOf } from '../people/place.ts'

interface Props {
  readonly entry: OthersEntry
  readonly onClose: () => void
  /** Beside a wish: dismisses it for good. */
  readonly onDismiss?: () => void
}

export function OthersPanel({ entry, onClose, onDismiss }: Props): ReactNode {
  const { name, lengthBytes, licence, otherNames, here } = entry
  const from = fromOf(entry)
  return (
    <aside className="entry-panel" aria-label={t('entry.label')}>
      <header className="entry-head">
        <h2>
          <ForeignText text={name} />
        </h2>
        <IconButton icon="close" label={t('entry.close')} onPress={onClose} />
      </header>
      <div className="entry-body">
        <div className="others-do">
          {here && <p>{t('others.here')}</p>}
          {!here && from !== undefined && (
            <Button
              icon="get"
              look="primary"
              aria-label={t('file.getOf', visible(name))}
              onPress={() => void getFrom(from, entry)}
            >
              {t('file.get')}
            </Button>
          )}
          {onDismiss !== undefined && <Button onPress={onDismiss}>{t('wishes.dismiss')}</Button>}
        </div>
        <dl className="view-facts">
          <dt>{t('entries.facts')}</dt>
          <dd>
            <ForeignText text={factsLine(entry)} />
          </dd>
          <dt>{t('entries.size')}</dt>
          <dd>{formatSize(lengthBytes)}</dd>
          {licence !== null && (
            <>
              <dt>{t('entries.licence')}</dt>
              <dd>
                <ForeignText text={licence} />
              </dd>
            </>
          )}
          {otherNames.length > 0 && (
            <>
              <dt>{t('others.names')}</dt>
              <dd>
                <ForeignText text={otherNames.join(', ')} />
              </dd>
            </>
          )}
        </dl>
        <Holders entry={entry} />
      </div>
    </aside>
  )
}

function Holders({ entry: { holders, holderCount } }: { readonly entry: OthersEntry }): ReactNode {
  const known = useKnown()
  return (
    <section>
      <h3>{t('others.hold', holderCount)}</h3>
      <ul className="entry-places">
        {holders.map(({ person, device, name, online, path, circle }) => (
          <li key={`${device} ${path} ${circle}`}>
            <p>
              {person === null ? (
                <ForeignText text={name} />
              ) : (
                <a href={hrefOf({ kind: 'person', id: person })}>
                  <ForeignText text={calledName(known, person, name)} />
                </a>
              )}{' '}
              <span className="soft">{t(online ? 'people.online' : 'people.offline')}</span>
            </p>
            <p className="soft entry-path">
              <ForeignText text={path} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
