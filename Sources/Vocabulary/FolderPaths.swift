import Foundation

extension FileManager {
    /// Paths of all that lies below a folder, relative to it and in order. Where the folder is a symbolic link, of what it
    /// leads to: the system lists nothing below a link.
    ///
    /// - Returns: nothing where it cannot be listed.
    public func paths(below folder: String) -> [String]? {
        subpaths(atPath: URL(filePath: folder).resolvingSymlinksInPath().path)?.sorted()
    }
}
