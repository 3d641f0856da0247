import { useState, type DragEvent, type ReactNode } from 'react';
import { pathsOf } from '../bridge/phien.ts';
import { screenStyles } from './screen.tsx';

/** Takes files dropped on it. What is inside must offer a button for the same, since not everybody can drag. */
export function FileDrop(props: {
  readonly onPaths: (paths: string[]) => void;
  readonly label: string;
  readonly testid: string;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  const className = props.className ?? screenStyles['drop'] ?? '';
  return (
    <div
      role="group"
      aria-label={props.label}
      data-testid={props.testid}
      className={over ? `${className} ${screenStyles['dropOver']}` : className}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        const paths = pathsOf(event.dataTransfer.files);
        if (paths.length > 0) props.onPaths(paths);
      }}
    >
      {props.children}
    </div>
  );
}
