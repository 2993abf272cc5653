# Writes OUTPUT, a C++ source that holds the FILES (a list, relative to FOLDER) as byte arrays.
set(arrays "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kFile${index}[] = {${bytes}'\\0'};\n")
  string(APPEND table "    {\"${file}\", {kFile${index}, sizeof kFile${index} - 1}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Generated from ${FOLDER}; do not edit.\n#include \"core/provision/BundledFiles.h\"\n
namespace berth::provision {\n\nnamespace {\n\n${arrays}\nconstexpr BundledFile kFiles[] = {\n${table}};\n
}  // namespace\n\nconst std::span<const BundledFile> kBundledFiles = kFiles;\n\n}  // namespace berth::provision\n")
