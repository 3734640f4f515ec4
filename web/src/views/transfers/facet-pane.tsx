// The groups at the side of the server list: what transfers have in common, with counts; long ones are looked through by typing.

import { type ReactNode, useState } from 'react'
import { NONE } from '../../../../src/api/transfer-filter.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { useSignal } from '../../store/use-signal.ts'
import { formatNumber } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { chosenIn, FACETS, type Facet, type FacetValue, toggled } from './facets.ts'
import { facets } from './list.ts'
import './facet-pane.css'

interface Props {
  readonly filter: string
  readonly onFilter: (filter: string) => void
}

/** Of one group at first; the rest by typing, or by "show more". */
const FEW = 12
/** A group with thousands of values (a folder each) does not put thousands of elements into the page. */
const MOST = 200

export function FacetPane({ filter, onFilter }: Props): ReactNode {
  const all = useSignal(facets)
  return (
    <aside className="facets" aria-label={t('facets.label')}>
      {FACETS.map((facet) => (
        <Group key={facet} facet={facet} values={all[facet]} filter={filter} onFilter={onFilter} />
      ))}
    </aside>
  )
}

function Group({
  facet,
  values,
  filter,
  onFilter,
}: Props & { readonly facet: Facet; readonly values: readonly FacetValue[] }): ReactNode {
  const [typed, setTyped] = useState('')
  const [open, setOpen] = useState(false)
  // Nothing to tell apart.
  if (values.length === 0 || (values.length === 1 && values[0]?.value === NONE)) return null
  const chosen = chosenIn(filter, facet)
  const wanted = typed.trim().toLowerCase()
  const found = values.filter(({ value }) => label(facet, value).toLowerCase().includes(wanted))
  const few = open || wanted !== '' ? found.slice(0, MOST) : found.slice(0, FEW)
  const hidden = found.length - few.length
  return (
    <section className="facet" aria-label={t(`facet.${facet}`)}>
      <h2>{t(`facet.${facet}`)}</h2>
      {values.length > FEW && (
        <input
          type="search"
          className="facet-find"
          aria-label={t('facet.find', t(`facet.${facet}`))}
          placeholder={t('facet.findShort')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      <ul>
        {few.map(({ value, count }) => (
          <li key={value}>
            <button
              type="button"
              className="facet-value"
              aria-pressed={chosen.includes(value)}
              title={visible(label(facet, value))}
              onClick={() => onFilter(toggled(filter, facet, value))}
            >
              <span className="facet-mark">{chosen.includes(value) && <Icon name="check" />}</span>
              <span className="truncate">
                <ForeignText text={label(facet, value)} />
              </span>
              <span className="facet-count">{formatNumber(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {(hidden > 0 || open) && wanted === '' && (
        <button type="button" className="facet-more" onClick={() => setOpen(!open)}>
          {open ? t('facet.less') : t('facet.more', hidden)}
        </button>
      )}
    </section>
  )
}

function label(facet: Facet, value: string): string {
  if (facet === 'state') return t(`facet.state.${value as 'getting'}`)
  if (value === NONE && facet !== 'folder') return t(`facet.none.${facet}`)
  return value
}
