// Above the list: the chips, or what can be done with the chosen ones; and how the list looks.

import type { ReactNode } from 'react'
import { MenuTrigger } from 'react-aria-components'
import { useSignal } from '../../store/use-signal.ts'
import { formatNumber } from '../../text/plural.ts'
import { t } from '../../text/t.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Menu, MenuAction, MenuLine } from '../../ui/menu.tsx'
import * as act from './actions.ts'
import { CHIPS, type Chip } from './chip.ts'
import { ALL_COLUMNS, type ColumnId } from './columns.ts'
import { chipCounts, selection, shownIds } from './list.ts'
import { columnsOf, density, facetsShown, resetColumns, showColumn } from './looks.ts'
import { RowActions } from './row-actions.tsx'
import * as select from './selection.ts'
import './toolbar.css'

interface Props {
  readonly chip: Chip
  readonly filter: string
  readonly onChip: (chip: Chip) => void
  readonly onClear: () => void
  /** Cards have no columns. */
  readonly table: boolean
}

export function Toolbar({ chip, filter, onChip, onClear, table }: Props): ReactNode {
  const { ids } = useSignal(selection)
  return (
    <div className="toolbar">
      {ids.size > 0 ? <Chosen ids={ids} /> : <Chips chip={chip} onChip={onChip} />}
      <span className="toolbar-space" />
      {filter !== '' && <Filtered onClear={onClear} />}
      {table && <Looks />}
    </div>
  )
}

function Chips({ chip, onChip }: Pick<Props, 'chip' | 'onChip'>): ReactNode {
  const counts = useSignal(chipCounts)
  return (
    <fieldset className="chips" aria-label={t('chip.label')}>
      {CHIPS.map((one) => (
        <button
          key={one}
          type="button"
          className={`chip${one === 'needs-you' && counts[one] > 0 ? ' chip-needs' : ''}`}
          aria-pressed={one === chip}
          onClick={() => onChip(one)}
        >
          {t(`chip.${one}`)} <span className="chip-count">{formatNumber(counts[one])}</span>
        </button>
      ))}
    </fieldset>
  )
}

function Chosen({ ids }: { readonly ids: ReadonlySet<string> }): ReactNode {
  const shown = useSignal(shownIds)
  const chosen = [...ids]
  return (
    <div className="chosen">
      <strong>{t('selection.some', ids.size)}</strong>
      {ids.size < shown.length && (
        <Button look="quiet" onPress={() => selection.set(select.all(selection.value, shown))}>
          {t('selection.all', shown.length)}
        </Button>
      )}
      <Button icon="pause" look="quiet" onPress={() => void act.pause(chosen)}>
        {t('do.pause')}
      </Button>
      <Button icon="resume" look="quiet" onPress={() => void act.resume(chosen)}>
        {t('do.resume')}
      </Button>
      <MenuTrigger>
        <Button icon="more" look="quiet">
          {t('do.more')}
        </Button>
        <Menu aria-label={t('do.menu', t('transfers.count', ids.size))}>
          <RowActions ids={chosen} />
        </Menu>
      </MenuTrigger>
      <IconButton
        icon="close"
        label={t('selection.none')}
        onPress={() => selection.set(select.none(selection.value))}
      />
    </div>
  )
}

function Filtered({ onClear }: Pick<Props, 'onClear'>): ReactNode {
  const shown = useSignal(shownIds)
  const { all } = useSignal(chipCounts)
  return (
    <Button look="quiet" onPress={onClear} aria-label={t('filter.clear')}>
      <Icon name="filter" />
      {t('filter.fits', shown.length, all)}
      <Icon name="close" />
    </Button>
  )
}

function Looks(): ReactNode {
  const which = useSignal(density)
  const columns = useSignal(columnsOf(which))
  const facets = useSignal(facetsShown)
  return (
    <>
      <IconButton
        icon="rows"
        look={which === 'server' ? 'plain' : 'quiet'}
        label={t('density.server')}
        aria-pressed={which === 'server'}
        onPress={() => density.set(which === 'server' ? 'calm' : 'server')}
      />
      {which === 'server' && (
        <IconButton
          icon="filter"
          look={facets ? 'plain' : 'quiet'}
          label={t('facets.show')}
          aria-pressed={facets}
          onPress={() => facetsShown.set(!facets)}
        />
      )}
      <MenuTrigger>
        <IconButton icon="columns" label={t('columns.label')} />
        <Menu
          aria-label={t('columns.label')}
          selectionMode="multiple"
          selectedKeys={columns}
          disabledKeys={['name']}
          onSelectionChange={() => {
            // Each entry acts for itself, so that an order of columns is never made of a set.
          }}
        >
          {ALL_COLUMNS.map((id: ColumnId) => (
            <MenuAction key={id} id={id} onAction={() => showColumn(which, id, !columns.includes(id))}>
              {t(id === 'copies' ? 'column.copies.full' : `column.${id}`)}
            </MenuAction>
          ))}
          <MenuLine />
          <MenuAction id="reset" onAction={() => resetColumns(which)}>
            {t('columns.reset')}
          </MenuAction>
        </Menu>
      </MenuTrigger>
    </>
  )
}
