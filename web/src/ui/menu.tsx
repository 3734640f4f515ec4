// Menus: what they hold is written as children (MenuAction, MenuGroup), where they open is the caller's trigger.

import type { ReactNode } from 'react'
import {
  Menu as AriaMenu,
  Header,
  MenuItem,
  type MenuItemProps,
  type MenuProps,
  MenuSection,
  Popover,
  type PopoverProps,
  Separator,
} from 'react-aria-components'
import { Icon, type IconName } from './icon.tsx'
import './menu.css'

interface MenuActionProps extends Omit<MenuItemProps, 'className' | 'children' | 'style'> {
  readonly icon?: IconName
  readonly children: ReactNode
  /** Its key, beside it. */
  readonly keys?: string
  readonly danger?: boolean
}

export function MenuAction({ icon, children, keys, danger = false, ...rest }: MenuActionProps): ReactNode {
  return (
    <MenuItem
      {...rest}
      {...(typeof children === 'string' ? { textValue: children } : {})}
      className={`menu-item${danger ? ' menu-danger' : ''}`}
    >
      {({ isSelected, hasSubmenu, selectionMode }) => (
        <>
          {selectionMode === 'none' ? (
            icon !== undefined && <Icon name={icon} />
          ) : (
            <span className="menu-mark">{isSelected && <Icon name="check" />}</span>
          )}
          <span className="menu-text">{children}</span>
          {keys !== undefined && <span className="menu-keys">{keys}</span>}
          {hasSubmenu && <Icon name="chevronRight" />}
        </>
      )}
    </MenuItem>
  )
}

export function MenuGroup({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <MenuSection className="menu-section">
      <Header className="menu-header">{title}</Header>
      {children}
    </MenuSection>
  )
}

export function MenuLine(): ReactNode {
  return <Separator className="menu-line" />
}

/** A menu in its popover, for within a MenuTrigger or SubmenuTrigger. */
export function Menu({
  popover,
  ...menu
}: Omit<MenuProps<object>, 'className' | 'style'> & {
  readonly popover?: Omit<PopoverProps, 'className' | 'children' | 'style'>
}): ReactNode {
  return (
    <Popover offset={4} {...popover} className="popover">
      <AriaMenu {...menu} className="menu" />
    </Popover>
  )
}
