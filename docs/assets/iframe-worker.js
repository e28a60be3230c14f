// Browsers start no worker for a page that was opened as a file, and search needs one:
// a hidden frame takes its place there. What search asks for comes back the same way.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.waiting = []
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      const inside = this.frame.contentWindow
      inside.document.open()
      inside.document.write("<!doctype html><body></body>")
      inside.document.close()
      // Frames without an address share the page's origin, so both can call each other.
      inside.postMessage = data => this.tell(new MessageEvent("message", { data }))
      inside.importScripts = (...urls) => Promise.all(urls.map(one => this.load(one)))
      this.load(url).then(() => {
        this.ready = true
        this.waiting.splice(0).forEach(data => this.postMessage(data))
      })
    }
    load(url) {
      return new Promise(done => {
        const script = this.frame.contentDocument.createElement("script")
        script.src = url
        script.onload = done
        this.frame.contentDocument.body.append(script)
      })
    }
    tell(event) {
      this.onmessage?.(event)
      this.dispatchEvent(event)
    }
    postMessage(data) {
      if (!this.ready) return void this.waiting.push(data)
      const inside = this.frame.contentWindow
      inside.dispatchEvent(new inside.MessageEvent("message", { data }))
    }
    terminate() {
      this.frame.remove()
    }
  }
}
