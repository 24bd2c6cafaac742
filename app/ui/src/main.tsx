import { render } from "preact";
import { App } from "./app";
import "./style/base.css";
import "./style/parts.css";
import "./style/screens.css";
import "./style/share.css";

render(<App />, document.getElementById("app")!);
