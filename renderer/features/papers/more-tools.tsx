import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  Button,
  Menu,
  MenuItem,
  MenuItemCheckbox,
  MenuList,
  MenuPopover,
  MenuTrigger,
  Tooltip,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons';
import type { SpareToolButton } from '../../ui/tool-button.tsx';

/** What is needed now and then, or found no room beside the other tools. */
export function MoreTools(props: { readonly tools: readonly SpareToolButton[] }): ReactNode {
  const { t } = useTranslation();
  const on = props.tools.filter(({ pressed }) => pressed === true).map(({ id }) => id);
  return (
    <Menu checkedValues={{ on }} hasCheckmarks hasIcons>
      <MenuTrigger disableButtonEnhancement>
        <Tooltip content={t('papers.moreTools')} relationship="label">
          <Button
            className="tool-button"
            appearance="subtle"
            icon={<MoreHorizontal20Regular />}
            data-testid="reader-more"
          />
        </Tooltip>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {props.tools.map(({ id, label, icon, pressed, onClick }) =>
            pressed === undefined ? (
              <MenuItem key={id} icon={icon} data-testid={id} onClick={onClick}>
                {label}
              </MenuItem>
            ) : (
              <MenuItemCheckbox key={id} name="on" value={id} icon={icon} data-testid={id} onClick={onClick}>
                {label}
              </MenuItemCheckbox>
            ),
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
