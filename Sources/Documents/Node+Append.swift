import CLibXML2
import StrictJSON

extension Node {
    /// Adds an item to the list `name` of this object. The document must be one of JSON.
    public func append(_ value: JSONValue, to list: String) {
        guard let memory = document.memory else { return }
        var builder = JSONTree.Builder(addingTo: list, of: handle, in: document.handle, memory: memory)
        JSONTree.add(value, to: &builder)
        document.add(builder.names)
    }
}
