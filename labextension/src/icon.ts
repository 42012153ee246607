import { LabIcon } from '@jupyterlab/ui-components';

/** Three steps of a run, each starting where the one before made progress. */
export const recordingIcon = new LabIcon({
  name: 'durable-workbench:recording',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <g class="jp-icon3" fill="#616161">
    <rect x="1" y="2" width="8" height="3"/>
    <rect x="4" y="6.5" width="9" height="3"/>
    <rect x="7" y="11" width="7" height="3"/>
  </g>
</svg>`
});
